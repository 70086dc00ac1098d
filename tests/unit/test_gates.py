"""Each gate alone closes an otherwise open way, with its own reason; windows to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain import (
    MOODS,
    NO_OFFER_REASONS,
    SEVERITIES,
    TOPICS,
    ContactItem,
    Customer,
    Interaction,
)
from service.dealings import Refunded, Sale
from service.decision.gates import GATES, Situation, first_closed
from service.decision.policy_file.gates import NOTHING
from service.profile import Ask, Reply
from tests.situations import (
    AT_THE_EDGE,
    DAY,
    LIMITS,
    NOW,
    POLICY,
    SECOND,
    a_contact,
    a_profile,
    a_situation,
    an_interaction,
    evidence,
    reason,
)


def test_an_ordinary_resolved_contact_may_be_asked() -> None:
    assert reason() is None


@pytest.mark.parametrize("status", ["unresolved", "reopened", "escalated"])
def test_what_is_not_resolved_is_not_asked(status: str) -> None:
    assert reason(an_interaction(status=status)) == status


interactions = st.builds(
    Interaction,
    id=st.just("case-1"),
    channel=st.sampled_from([*POLICY.channels]),
    topic=st.sampled_from(TOPICS),
    status=st.sampled_from(["unresolved", "reopened", "escalated"]),
    first_contact=st.none() | st.booleans(),
    severity=st.none() | st.sampled_from(SEVERITIES),
    customer_severity=st.none() | st.sampled_from(SEVERITIES),
    mood=st.none() | st.sampled_from(MOODS),
    public=st.booleans(),
    transfers=st.integers(0, 9),
    loops=st.none() | st.integers(0, 9),
    journey_id=st.none() | st.just("j"),
)
customers = st.builds(
    Customer,
    id=st.just("1"),
    marketing=st.none() | st.booleans(),
    objected=st.booleans(),
    vulnerable=st.none() | st.booleans(),
)


@given(interactions, customers)
def test_nothing_makes_an_unresolved_contact_one_to_sell_in(
    interaction: Interaction, customer: Customer
) -> None:
    assert reason(interaction, a_profile(customer)) == interaction.status


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


@given(*[st.none() | st.sampled_from(SEVERITIES)] * 2)
def test_severity_is_the_worse_of_both_views(agents: str | None, customers: str | None) -> None:
    contact = an_interaction(severity=agents, customer_severity=customers)
    assert reason(contact) == ("severe" if "high" in (agents, customers) else None)


def test_the_evidence_of_severity_names_both_views() -> None:
    contact = an_interaction(severity="low", customer_severity="high")
    assert evidence(contact) == "low for the agent, high for the customer"


def test_the_fourth_phone_ask_of_a_quarter_is_one_too_many() -> None:
    asks = [Ask(NOW - timedelta(days=day), "phone") for day in (80, 40)]
    assert reason(profile=a_profile(asks=asks)) is None
    asks.append(Ask(NOW - timedelta(days=10), "phone"))
    assert reason(profile=a_profile(asks=asks)) == "fatigue"
    assert evidence(profile=a_profile(asks=asks)).startswith("3 asks in 90 days (3 by phone)")


def test_channels_share_one_budget() -> None:
    """Two phone asks of 3 and one e-mail of 4 leave 1 - 2/3 - 1/4 = 1/12: too little for a call."""
    asks = [
        Ask(NOW - timedelta(days=3), "phone"),
        Ask(NOW - timedelta(days=2), "phone"),
        Ask(NOW - timedelta(days=1), "email"),
    ]
    assert reason(profile=a_profile(asks=asks)) == "fatigue"
    assert reason(an_interaction(channel="web"), a_profile(asks=asks[:2])) is None


def test_a_channel_whose_cap_is_zero_is_never_asked_on() -> None:
    phone = replace(POLICY.channels["phone"], asks=0)
    policy = replace(POLICY, channels={**POLICY.channels, "phone": phone})
    assert reason(policy=policy) == "fatigue"
    assert reason(an_interaction(channel="chat"), policy=policy) is None


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_an_ask_leaves_the_budget_after_its_window(away: timedelta, closed: bool) -> None:
    asks = [Ask(NOW - POLICY.fatigue - away, "phone") for _ in range(3)]
    assert reason(profile=a_profile(asks=asks)) == ("fatigue" if closed else None)


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_one_no_silences_for_a_while_on_every_channel(away: timedelta, closed: bool) -> None:
    replies = [Reply(NOW - POLICY.declined_silence - away, "x", "declined")]
    for channel in ("phone", "chat", "web"):
        found = reason(an_interaction(channel=channel), a_profile(replies=replies))
        assert found == ("declined_recently" if closed else None)


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_two_in_a_fortnight_silence_for_longer(away: timedelta, closed: bool) -> None:
    last = NOW - POLICY.declined_often_silence - away
    first = last - POLICY.declined_often_within
    replies = [Reply(first, "x", "declined"), Reply(last, "y", "declined")]
    assert reason(profile=a_profile(replies=replies)) == ("declined_recently" if closed else None)


def test_two_noes_far_apart_are_single_ones() -> None:
    last = NOW - POLICY.declined_silence - SECOND
    first = last - POLICY.declined_often_within - SECOND
    replies = [Reply(first, "x", "declined"), Reply(last, "y", "declined")]
    assert reason(profile=a_profile(replies=replies)) is None


def test_a_no_holds_as_long_as_the_journey_lasts() -> None:
    long_ago = NOW - POLICY.declined_silence - DAY
    profile = a_profile(replies=[Reply(long_ago, "x", "declined", "j-1")])
    assert reason(an_interaction(journey_id="j-1"), profile) == "declined_recently"
    assert reason(an_interaction(journey_id="j-2"), profile) is None
    assert reason(an_interaction(), profile) is None


@pytest.mark.parametrize("result", ["maybe_later", "not_offered"])
def test_only_a_no_is_a_no(result: str) -> None:
    replies = [Reply(NOW - SECOND, "x", result, "j")]
    assert reason(an_interaction(journey_id="j"), a_profile(replies=replies)) is None


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_who_has_just_said_yes_is_not_asked(away: timedelta, closed: bool) -> None:
    replies = [Reply(NOW - LIMITS.converted - away, "x", "accepted")]
    assert reason(profile=a_profile(replies=replies)) == ("just_converted" if closed else None)


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_who_has_just_ordered_is_not_asked_where_the_policy_says_nothing(
    away: timedelta, closed: bool
) -> None:
    profile = a_profile(bought=[(NOW - LIMITS.converted - away, "x", 9.0)])
    strict = replace(POLICY, gates=replace(LIMITS, then=NOTHING))
    found = reason(profile=profile, policy=strict)
    assert found == ("just_converted" if closed else None)
    assert reason(profile=profile) is None  # complements may follow: see test_barred


def test_an_order_after_the_contact_is_not_known_at_the_contact() -> None:
    """A contact of last year that is replayed today looks at what was known then."""
    then = NOW - timedelta(days=300)
    profile = a_profile(bought=[(then + timedelta(hours=1), "x", 9.0)])
    strict = replace(POLICY, gates=replace(LIMITS, then=NOTHING))
    assert first_closed(Situation(an_interaction(), profile, strict, NOW, then)) is None


def test_the_order_of_the_gates_is_fixed() -> None:
    """The reason that is told is the first of all that there are: reports count by it."""
    assert [gate.__name__ for gate in GATES] == [
        "not_resolved", "public_channel", "objected", "opted_out", "vulnerable", "angry", "severe",
        "repeated_failure", "failed_trial", "high_effort", "fatigue", "declined_recently",
        "just_converted", "quiet_hours", "unprofitable",
    ]  # fmt: skip


def test_every_gate_gives_a_reason_of_the_closed_list_with_evidence_and_source() -> None:
    worst = an_interaction(
        status="reopened", channel="sms", public=True, mood="angry", severity="high", fault="ours",
        topic="damaged", transfers=9, items=(ContactItem("x", "too_expensive"),),
    )  # fmt: skip
    replies = [Reply(NOW, "x", "declined"), Reply(NOW, "x", "accepted")]
    profile = a_profile(
        Customer("1", marketing=False, objected=True, vulnerable=True, time_zone="Asia/Tokyo"),
        bought=[(NOW - DAY, "x", 9.0)],
        asks=[Ask(NOW, "phone")] * 9,
        replies=replies,
        contacts=[a_contact(fault="ours")],
        refunds=[Refunded(NOW, "x")],
        sales=[Sale(NOW - DAY, 0.0, 0.0, 0.0, 1)] * 2,
    )
    found = [gate(a_situation(worst, profile)) for gate in GATES]
    assert all(one and one.evidence and one.source for one in found)
    reasons = [one.reason for one in found if one]
    assert set(reasons) <= set(NO_OFFER_REASONS)
    assert len(set(reasons)) == len(GATES) - 1  # a failed trial is a repeated failure
