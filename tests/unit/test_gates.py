"""Each gate alone closes an otherwise open way, with its own reason; windows to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.domain import NO_OFFER_REASONS, Customer, Interaction
from service.decision.gates import GATES, Situation, first_closed
from service.decision.policy import load_policy
from service.profile import Ask, Bought, Profile, Reply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = load_policy()
SECOND = timedelta(seconds=1)


def an_interaction(**changes: Any) -> Interaction:
    return replace(Interaction("case-1", "phone", "return", "resolved"), **changes)


def a_profile(
    customer: Customer | None = None,
    placed: tuple[datetime, ...] = (),
    asks: tuple[Ask, ...] = (),
    replies: tuple[Reply, ...] = (),
) -> Profile:
    ids = [f"o{n}" for n in range(len(placed))]
    bought = Bought([], [], [], [], ids, sorted(time.timestamp() for time in placed))
    return Profile(customer or Customer("17850"), 1, bought, list(asks), list(replies))


def reason(interaction: Interaction | None = None, profile: Profile | None = None) -> str | None:
    situation = Situation(interaction or an_interaction(), profile or a_profile(), POLICY, NOW, NOW)
    return first_closed(situation)


def test_an_ordinary_resolved_contact_may_be_asked() -> None:
    assert reason() is None


@pytest.mark.parametrize("status", ["unresolved", "reopened", "escalated"])
def test_what_is_not_resolved_is_not_asked(status: str) -> None:
    assert reason(an_interaction(status=status)) == status


def test_nobody_is_asked_in_public() -> None:
    assert reason(an_interaction(channel="facebook", public=True)) == "public_channel"


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (Customer("1", objected=True), "objected"),
        (Customer("1", marketing=False), "opted_out"),
        (Customer("1", marketing=None), None),
        (Customer("1", marketing=True), None),
        (Customer("1", vulnerable=True), "vulnerable"),
        (Customer("1", marketing=False, objected=True), "objected"),
    ],
)
def test_the_customers_own_no_is_kept(customer: Customer, expected: str | None) -> None:
    assert reason(profile=a_profile(customer)) == expected


@pytest.mark.parametrize(
    ("mood", "expected"), [("angry", "angry"), ("upset", None), ("calm", None), (None, None)]
)
def test_an_angry_customer_is_left_in_peace(mood: str | None, expected: str | None) -> None:
    assert reason(an_interaction(mood=mood)) == expected


@pytest.mark.parametrize(("severity", "expected"), [("high", "severe"), ("medium", None)])
def test_a_severe_failure_is_no_moment_to_sell(severity: str, expected: str | None) -> None:
    assert reason(an_interaction(severity=severity)) == expected


def test_the_fourth_phone_ask_of_a_quarter_is_one_too_many() -> None:
    asks = [Ask(NOW - timedelta(days=day), "phone") for day in (80, 40)]
    assert reason(profile=a_profile(asks=tuple(asks))) is None
    asks.append(Ask(NOW - timedelta(days=10), "phone"))
    assert reason(profile=a_profile(asks=tuple(asks))) == "fatigue"


def test_channels_share_one_budget() -> None:
    """Two phone asks of 3 and one e-mail of 4 leave 1 - 2/3 - 1/4 = 1/12: too little for a call."""
    asks = (
        Ask(NOW - timedelta(days=3), "phone"),
        Ask(NOW - timedelta(days=2), "phone"),
        Ask(NOW - timedelta(days=1), "email"),
    )
    assert reason(profile=a_profile(asks=asks)) == "fatigue"
    assert reason(an_interaction(channel="web"), a_profile(asks=asks[:2])) is None


@pytest.mark.parametrize(("away", "expected"), [(-SECOND, "fatigue"), (SECOND, None)])
def test_an_ask_leaves_the_budget_after_its_window(away: timedelta, expected: str | None) -> None:
    asks = tuple(Ask(NOW - POLICY.fatigue - away, "phone") for _ in range(3))
    assert reason(profile=a_profile(asks=asks)) == expected


@pytest.mark.parametrize(("away", "expected"), [(-SECOND, "declined_recently"), (SECOND, None)])
def test_one_no_silences_for_a_while(away: timedelta, expected: str | None) -> None:
    replies = (Reply(NOW - POLICY.declined_silence - away, "x", "declined"),)
    assert reason(profile=a_profile(replies=replies)) == expected


@pytest.mark.parametrize(("away", "expected"), [(-SECOND, "declined_recently"), (SECOND, None)])
def test_two_in_a_fortnight_silence_for_longer(away: timedelta, expected: str | None) -> None:
    last = NOW - POLICY.declined_often_silence - away
    replies = (
        Reply(last - POLICY.declined_often_within, "x", "declined"),
        Reply(last, "y", "declined"),
    )
    assert reason(profile=a_profile(replies=replies)) == expected


def test_two_noes_far_apart_are_single_ones() -> None:
    last = NOW - POLICY.declined_silence - SECOND
    first = last - POLICY.declined_often_within - SECOND
    replies = (Reply(first, "x", "declined"), Reply(last, "y", "declined"))
    assert reason(profile=a_profile(replies=replies)) is None


@pytest.mark.parametrize("result", ["maybe_later", "not_offered"])
def test_only_a_no_is_a_no(result: str) -> None:
    replies = (Reply(NOW - SECOND, "x", result),)
    assert reason(profile=a_profile(replies=replies)) is None


@pytest.mark.parametrize(("away", "expected"), [(-SECOND, "just_converted"), (SECOND, None)])
def test_who_has_just_ordered_is_not_asked(away: timedelta, expected: str | None) -> None:
    ordered = NOW - POLICY.converted - away
    assert reason(profile=a_profile(placed=(ordered,))) == expected
    accepted = (Reply(ordered, "x", "accepted"),)
    assert reason(profile=a_profile(replies=accepted)) == expected


def test_an_order_after_the_contact_is_not_known_at_the_contact() -> None:
    """A contact of last year that is replayed today looks at what was known then."""
    then = NOW - timedelta(days=300)
    profile = a_profile(placed=(then + timedelta(hours=1),))
    assert first_closed(Situation(an_interaction(), profile, POLICY, NOW, then)) is None


def test_every_gate_gives_a_reason_of_the_closed_list() -> None:
    worst = an_interaction(status="reopened", public=True, mood="angry", severity="high")
    replies = (Reply(NOW, "x", "declined"), Reply(NOW, "x", "accepted"))
    customer = Customer("1", marketing=False, objected=True, vulnerable=True)
    asks = tuple(Ask(NOW, "phone") for _ in range(9))
    situation = Situation(worst, a_profile(customer, (), asks, replies), POLICY, NOW, NOW)
    reasons = [gate(situation) for gate in GATES]
    assert set(reasons) <= set(NO_OFFER_REASONS)
    assert len(set(reasons)) == len(GATES)
