"""Policy and arm: small rules, each with its own proof."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from service.decision.arm import arm_of
from service.decision.policy import SHIPPED, BadPolicy, load_policy
from service.decision.value.levers import Lever
from service.errors import UnknownChannel

POLICY = load_policy()


def test_the_shipped_policy_names_a_source_for_every_limit() -> None:
    """A limit without a comment would be a number that nobody can question."""
    no_limits = ("version", "experiment")
    silent = [
        line
        for line in SHIPPED.read_text().splitlines()
        if "=" in line.split("#")[0] and "#" not in line and not line.startswith(no_limits)
    ]
    assert silent == []
    assert POLICY.fatigue == timedelta(days=90)


def test_every_bad_entry_of_a_policy_is_reported_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "policy.toml"
    text = SHIPPED.read_text().replace("share = 0.10", 'share = "some"')
    bad.write_text(text.replace("hours = 24", "hours = -1").replace("[mood]", "colour = 1\n[mood]"))
    with pytest.raises(BadPolicy) as refused:
        load_policy(bad)
    for name in ("holdout.share", "converted.hours", "severity.colour"):
        assert name in str(refused.value)


def test_a_channel_of_ones_own_needs_no_code(tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text(
        SHIPPED.read_text() + '\n[channels.kiosk]\nasks = 2\nseconds = 5\nlike = "web"\n'
    )
    assert load_policy(own).channel("kiosk").asks == 2
    with pytest.raises(UnknownChannel, match="phone"):
        POLICY.channel("kiosk")


def test_the_holdout_is_about_its_share_and_never_changes() -> None:
    customers = [f"customer-{n}" for n in range(20_000)]
    arms = [arm_of(customer, POLICY) for customer in customers]
    assert 0.09 < arms.count("holdout") / len(arms) < 0.11
    assert arms == [arm_of(customer, POLICY) for customer in customers]


def test_known_arms_stay_as_they_were() -> None:
    """A changed hash would move customers between the arms of a running experiment."""
    held = [f"c{n}" for n in range(40) if arm_of(f"c{n}", POLICY) == "holdout"]
    assert held == KNOWN_HOLDOUT


KNOWN_HOLDOUT = ["c11", "c26", "c35"]


def test_levers_are_read_by_kind_and_by_item_whatever_its_id(tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text(
        SHIPPED.read_text()
        + """
[levers.kind.discover]
times = 1.2
[levers.item."85.123/A"]
plus = -0.50
"""
    )
    levers = load_policy(own).pricing.levers
    assert levers.of("22423", "discover") == ("kind:discover", Lever(Decimal("1.2"), Decimal(0)))
    assert levers.of("85.123/A", None) == ("item:85.123/A", Lever(Decimal(1), Decimal("-0.5")))
    assert levers.of("22423", "repeat") is None
    assert not POLICY.pricing.levers


def test_bad_levers_are_reported_by_name(tmp_path: Path) -> None:
    bad = tmp_path / "policy.toml"
    bad.write_text(
        SHIPPED.read_text()
        + """
[levers.kind.often]
times = 2
[levers.item.22423]
times = "twice"
much = 3
[levers.colour.red]
times = 2
"""
    )
    with pytest.raises(BadPolicy) as refused:
        load_policy(bad)
    said = str(refused.value)
    for name in ("levers.item.22423.times", "levers.item.22423.much", "levers.kind.often"):
        assert name in said
    assert "levers.colour" in said


@pytest.mark.parametrize("levers", ["levers = 3", "levers.kind = 3", "levers.item.lamp = 3"])
def test_levers_that_are_no_tables_are_refused(tmp_path: Path, levers: str) -> None:
    bad = tmp_path / "policy.toml"
    bad.write_text(f"{levers}\n{SHIPPED.read_text()}")
    with pytest.raises(BadPolicy, match="levers"):
        load_policy(bad)


def test_the_levers_of_the_manual_are_a_policy(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "worth.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```", manual, re.MULTILINE | re.DOTALL)
    own = tmp_path / "policy.toml"
    own.write_text(SHIPPED.read_text() + block)
    levers = load_policy(own).pricing.levers
    assert (set(levers.by_kind), set(levers.by_item)) == ({"discover"}, {"85123A"})
