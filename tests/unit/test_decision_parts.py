"""Policy, arm and fit: small rules, each with its own proof."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.domain import Attribute, Need
from models.fit import judge
from service.decision.arm import arm_of
from service.decision.policy import SHIPPED, BadPolicy, load_policy
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


def cm(value: str, unit: str | None = "cm") -> dict[str, Attribute]:
    return {"width": Attribute(Decimal(value), unit)}


@pytest.mark.parametrize(
    ("attributes", "need", "verdict"),
    [
        (cm("80"), Need("width", max=Decimal(80), unit="cm"), "fits"),
        (cm("80.1"), Need("width", max=Decimal(80), unit="cm"), "does_not_fit"),
        (cm("30", "in"), Need("width", max=Decimal("76.2"), unit="cm"), "fits"),
        (cm("30", "in"), Need("width", max=Decimal("76.1"), unit="cm"), "does_not_fit"),
        (cm("79", "cm"), Need("width", min=Decimal(80), unit="cm"), "does_not_fit"),
        (cm("80", "kg"), Need("width", max=Decimal(80), unit="cm"), "unknown"),
        (cm("80", None), Need("width", max=Decimal(80), unit="cm"), "unknown"),
        ({}, Need("width", max=Decimal(80), unit="cm"), "unknown"),
        ({"width": Attribute("wide")}, Need("width", max=Decimal(80), unit="cm"), "unknown"),
    ],
)
def test_one_need(attributes: dict[str, Attribute], need: Need, verdict: str) -> None:
    assert judge(attributes, [need]).verdict == verdict


def test_any_no_is_a_no_and_then_any_unknown_is_unknown() -> None:
    narrow, deep = (
        Need("width", max=Decimal(70), unit="cm"),
        Need("depth", max=Decimal(30), unit="cm"),
    )
    assert judge(cm("80"), [deep, narrow]).verdict == "does_not_fit"
    assert judge(cm("60"), [deep, narrow]).missing == ("depth",)
