"""A policy file that contradicts itself is refused, with the file and the entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.decision.policy import SHIPPED, BadPolicy, load_policy


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = SHIPPED.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    own = tmp_path / "policy.toml"
    own.write_text(text)
    return own


@pytest.mark.parametrize(
    ("before", "after", "entry", "says"),
    [
        ("often_within_days = 15", "often_within_days = 31", "declined.often_within_days", "30"),
        ("\nsilence_days = 7", "\nsilence_days = 31", "declined.often_silence_days", "31"),
        ("begins = 21:00:00", "begins = 08:00:00", "quiet.begins", "both 08:00"),
        ("asks = 3 ", "asks = 0 ", "channels.phone.asks", "seconds = 0"),
        ('blocks = ["high"]', 'blocks = ["medium"]', "severity.blocks", "'high'"),
        ('blocks = ["angry"]', 'blocks = ["upset"]', "mood.blocks", "'angry'"),
        ('territory = "GB"', 'territory = "England"', "quiet.territory", "such as GB"),
    ],
)
def test_limits_that_contradict_each_other_are_refused(
    tmp_path: Path, before: str, after: str, entry: str, says: str
) -> None:
    path = edited(tmp_path, (before, after))
    with pytest.raises(BadPolicy) as refused:
        load_policy(path)
    [_, line] = str(refused.value).splitlines()
    assert str(path) in str(refused.value)
    assert entry in line
    assert says in line


def test_a_policy_that_never_asks_is_refused(tmp_path: Path) -> None:
    text = SHIPPED.read_text()
    lines = ["asks = 0" if line.startswith("asks =") else line for line in text.splitlines()]
    lines = [
        line.partition("=")[0] + "= 0"
        if line.startswith(("seconds =", "short_seconds ="))
        else line
        for line in lines
    ]
    own = tmp_path / "policy.toml"
    own.write_text("\n".join(lines))
    with pytest.raises(BadPolicy, match="nobody is ever asked"):
        load_policy(own)


def test_one_channel_may_be_switched_off(tmp_path: Path) -> None:
    off = edited(
        tmp_path,
        ("asks = 3 ", "asks = 0 "),
        ("seconds = 30 ", "seconds = 0 "),
        ("short_seconds = 15 ", "short_seconds = 0 "),
    )
    assert load_policy(off).channel("phone").asks == 0


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("begins = 21:00:00", 'begins = "21:00"', "quiet.begins: a time of day such as 21:00:00"),
        ("sent = true", 'sent = "yes"', "channels.sms.sent: true or false"),
        ('then = "complements_only"', 'then = "all"', "converted.then: one of complements_only,"),
        ("in_house = 1000", 'in_house = "all"', "authority.in_house: a number from 0"),
        ("steps = 2", "steps = -1", "effort.steps is -1"),
        ("days = 365", "days = 3650", "returners.days is 3650: use 1 to 396"),
        ("unacceptable = [", 'unacceptable = ["ugly", ', "trial.unacceptable: a list out of"),
        ("failed = 2", "", "trial.failed: a number from 1 to 4 is needed"),
    ],
)
def test_entries_of_another_kind_are_refused_by_name(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    with pytest.raises(BadPolicy) as refused:
        load_policy(edited(tmp_path, (before, after)))
    assert says in str(refused.value)
