"""Failures, effort, first orders, returns and quiet hours: each by hand, windows to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from models.domain import ContactItem, Customer, Money
from service.dealings import Contact, Refunded, Sale
from service.decision.rules.authority import authority_of
from service.decision.rules.returners import net_margin
from service.decision.rules.trial import trial_of
from tests.situations import (
    AT_THE_EDGE,
    DAY,
    LIMITS,
    NOW,
    POLICY,
    a_contact,
    a_profile,
    a_situation,
    an_interaction,
    evidence,
    reason,
)

FAILED = {"topic": "damaged", "fault": "ours"}


def test_a_second_failure_in_a_quarter_is_one_too_many() -> None:
    first = a_contact(60 * DAY, id="case-7", **FAILED)
    second = a_contact(20 * DAY, id="case-9", **FAILED)
    assert reason(profile=a_profile(contacts=[second])) is None
    both = a_profile(contacts=[first, second])
    assert reason(profile=both) == "repeated_failure"
    assert evidence(profile=both) == "2 failures in 90 days: case-7, case-9"


def test_the_contact_decided_about_may_be_the_second_failure() -> None:
    earlier = a_profile(contacts=[a_contact(20 * DAY, fault="carrier")])
    assert reason(an_interaction(fault="ours"), earlier) == "repeated_failure"
    assert reason(an_interaction(fault="customer"), earlier) is None


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_a_failure_is_forgiven_after_its_window(away: timedelta, closed: bool) -> None:
    old = a_contact(LIMITS.failure.within + away, id="old", **FAILED)
    profile = a_profile(contacts=[old, a_contact(id="new", **FAILED)])
    assert reason(profile=profile) == ("repeated_failure" if closed else None)


def test_the_contact_decided_about_counts_once_though_it_was_fed_before() -> None:
    fed = a_contact(timedelta(0), id="case-1", fault="ours")
    assert reason(an_interaction(fault="ours"), a_profile(contacts=[fed])) is None


@pytest.mark.parametrize(
    ("same", "expected"),
    [
        ({"items": ["lamp"]}, None),
        ({"journey_id": "j"}, None),
        ({"journey_id": "j", "topic": "delivery"}, None),
        ({"journey_id": "k"}, "repeated_failure"),
        ({"items": ["rug"]}, "repeated_failure"),
        ({"items": ["lamp"], "topic": "delivery"}, "repeated_failure"),
        ({}, "repeated_failure"),
    ],
)
def test_a_failure_told_twice_is_one(same: dict[str, object], expected: str | None) -> None:
    earlier = a_contact(2 * DAY, **({"topic": "return", "fault": "ours"} | same))
    now = an_interaction(
        fault="ours", journey_id="j", items=(ContactItem("lamp"),), first_contact=True
    )
    assert reason(now, a_profile(contacts=[earlier])) == expected


@pytest.mark.parametrize(("away", "once"), AT_THE_EDGE)
def test_after_a_week_the_same_thing_has_failed_again(away: timedelta, once: bool) -> None:
    earlier = a_contact(LIMITS.repeat + away, fault="ours", items=["lamp"])
    now = an_interaction(fault="ours", items=(ContactItem("lamp"),))
    expected = None if once else "repeated_failure"
    assert reason(now, a_profile(contacts=[earlier])) == expected


@pytest.mark.parametrize("status", ["reopened", "escalated"])
def test_a_mending_that_failed_is_a_failure_whosever_the_first_was(status: str) -> None:
    earlier = a_contact(5 * DAY, status=status, fault="customer", items=["lamp"])
    now = an_interaction(topic="damaged", fault="ours", items=(ContactItem("lamp"),))
    assert reason(now, a_profile(contacts=[earlier])) == "repeated_failure"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"transfers": 2}, None),
        ({"transfers": 3}, "high_effort"),
        ({"loops": 3}, "high_effort"),
        ({"transfers": 1, "loops": 1}, None),
        ({"transfers": 1, "loops": 1, "pressed_zero": True}, "high_effort"),
        ({"transfers": 1, "loops": 1, "pressed_zero": False}, None),
        ({"transfers": 2, "first_contact": False}, "high_effort"),
        ({"transfers": 2, "first_contact": True}, None),
    ],
)
def test_every_step_that_a_customer_was_sent_counts(
    changes: dict[str, object], expected: str | None
) -> None:
    assert reason(an_interaction(**changes)) == expected


def test_the_evidence_of_effort_names_the_steps() -> None:
    contact = an_interaction(transfers=2, pressed_zero=True, first_contact=False)
    told = "2 transfers, 1 repeat contact, 1 call for a person; 2 are bearable"
    assert evidence(contact) == told


def about(item: str, days: float, **changes: object) -> Contact:
    return a_contact(days * DAY, id=f"{item}-{days}", items=[item], **changes)


def test_calling_a_fourth_time_about_one_thing_is_effort() -> None:
    lamp, open_ = an_interaction(items=(ContactItem("lamp"),)), {"status": "unresolved"}
    thrice = [about("lamp", days, **open_) for days in (3, 2, 1)]
    assert reason(lamp, a_profile(contacts=thrice)) == "high_effort"
    assert reason(lamp, a_profile(contacts=thrice[1:])) is None
    others = [about("lamp", 3, topic="billing", **open_), about("rug", 2, **open_), *thrice[2:]]
    assert reason(lamp, a_profile(contacts=others)) is None
    continued = [about("lamp", days) for days in (3, 2, 1)]  # each time it was resolved
    assert reason(lamp, a_profile(contacts=continued)) is None
    said_first = replace(lamp, first_contact=True)
    assert reason(said_first, a_profile(contacts=thrice)) is None


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_a_contact_repeats_one_of_the_same_week(away: timedelta, closed: bool) -> None:
    earlier = a_contact(LIMITS.repeat + away, items=["lamp"], status="unresolved")
    now = an_interaction(items=(ContactItem("lamp"),), transfers=2)
    assert reason(now, a_profile(contacts=[earlier])) == ("high_effort" if closed else None)


ORDERED = NOW - 20 * DAY
FIRST = [(ORDERED, "lamp", 30.0)]


@pytest.mark.parametrize(
    ("contact", "refunds", "failed"),
    [
        ({"topic": "return", "items": [("lamp", "defective")]}, [], {"acceptable"}),
        ({"topic": "return", "items": [("lamp", "too_large")]}, ["lamp"], set()),
        ({"topic": "billing"}, ["lamp"], {"acceptable"}),
        ({"topic": "price"}, [], {"fair value"}),
        ({"topic": "return", "items": [("lamp", "too_expensive")]}, [], {"fair value"}),
        ({"topic": "billing", "mood": "upset"}, [], {"treated right"}),
        ({"topic": "billing", "status": "escalated"}, [], {"treated right"}),
        ({"topic": "billing", "status": "unresolved"}, [], set()),
        ({"topic": "wrong_item"}, [], {"correct without contact"}),
        ({"topic": "delivery", "fault": "carrier"}, [], {"correct without contact"}),
        ({"topic": "delivery", "fault": "none"}, [], set()),
        ({"topic": "billing"}, [], set()),
    ],
)
def test_a_first_order_answers_four_questions(
    contact: dict[str, object], refunds: list[str], failed: set[str]
) -> None:
    profile = a_profile(
        bought=FIRST,
        contacts=[a_contact(**contact)],  # type: ignore[arg-type]
        refunds=[Refunded(NOW - DAY, item) for item in refunds],
    )
    trial = trial_of(a_situation(profile=profile))
    assert (set(trial.failed) if trial else set()) == failed
    assert reason(profile=profile) is None


def test_who_was_disappointed_twice_by_a_first_order_is_not_asked() -> None:
    now = an_interaction(topic="wrong_item", mood="upset")
    assert reason(now, a_profile(bought=FIRST)) == "repeated_failure"
    told = "first order not treated right: case-1 left the customer upset; "
    told += "not correct without contact: case-1 was about wrong_item"
    assert evidence(now, a_profile(bought=FIRST)) == told


def test_only_a_first_order_is_on_trial() -> None:
    now = an_interaction(topic="wrong_item", mood="upset")
    twice = [*FIRST, (NOW - 200 * DAY, "lamp", 30.0)]
    assert reason(now, a_profile(bought=twice)) is None
    assert reason(now, a_profile()) is None


def test_what_came_before_the_first_order_says_nothing_of_it() -> None:
    before = a_contact(NOW - ORDERED + timedelta(seconds=1), topic="price")
    after = replace_at(before, ORDERED)
    for contact, failed in ((before, False), (after, True)):
        situation = a_situation(profile=a_profile(bought=FIRST, contacts=[contact]))
        assert (trial_of(situation) is not None) == failed


def replace_at(contact: Contact, at: datetime) -> Contact:
    return Contact(at, contact.id, contact.channel, contact.topic, contact.status)


def test_whoever_sends_back_more_than_they_leave_is_not_asked() -> None:
    """Kept: 20 paid, 12 of cost. Nine came back at 6 each: 20 - 12 - 54 = -46."""
    sales = [Sale(NOW - 30 * DAY, 20.0, 12.0, 0.0, 1), Sale(NOW - 9 * DAY, 0.0, 0.0, 0.0, 8)]
    profile = a_profile(sales=sales)
    assert reason(profile=profile) == "not_worth_it"
    assert evidence(profile=profile) == (
        "net margin of 365 days is -46.00: 2 orders, 9 pieces sent back"
    )


def test_one_order_that_came_back_is_no_habit() -> None:
    sales = [Sale(NOW - 30 * DAY, 0.0, 0.0, 0.0, 8), Sale(NOW - 9 * DAY, 10.0, 10.0, 0.0, 0)]
    assert reason(profile=a_profile(sales=sales)) is None


def test_where_the_cost_is_unknown_the_margin_rate_stands_in() -> None:
    """40% of 100 that were kept, less two pieces that came back: 40 - 12 = 28."""
    sales = [Sale(NOW - DAY, 70, 0, 70, 1), Sale(NOW - DAY, 30, 0, 30, 1)]
    found = net_margin(a_situation(profile=a_profile(sales=sales)))
    assert found is not None
    assert round(found.margin, 6) == 28
    assert reason(profile=a_profile(sales=sales)) is None


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_the_margin_is_that_of_twelve_months(away: timedelta, closed: bool) -> None:
    sales = [Sale(NOW - LIMITS.returners.within - away, 0.0, 0.0, 0.0, 9)]
    sales.append(Sale(NOW - DAY, 0.0, 0.0, 0.0, 1))
    assert reason(profile=a_profile(sales=sales)) == ("not_worth_it" if closed else None)


def at(clock: str, zone: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}").replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("07:59:59", True), ("08:00:00", False), ("20:59:59", False), ("21:00:00", True),
     ("00:00:00", True), ("12:00:00", False)],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "America/New_York"])
def test_a_message_waits_until_the_customer_is_up(clock: str, quiet: bool, zone: str) -> None:
    profile = a_profile(Customer("1", time_zone=zone))
    found = reason(an_interaction(channel="sms"), profile, now=at(clock, zone))
    assert found == ("quiet_hours" if quiet else None)


@pytest.mark.parametrize("channel", [*POLICY.channels])
def test_what_is_spoken_or_read_when_one_likes_has_no_quiet_hours(channel: str) -> None:
    profile = a_profile(Customer("1", time_zone="Europe/London"))
    found = reason(an_interaction(channel=channel), profile, now=at("03:00", "Europe/London"))
    assert found == ("quiet_hours" if channel == "sms" else None)


@pytest.mark.parametrize(
    ("locale", "clock", "zone", "expected"),
    [
        ("fr_FR", "08:30", "Europe/Paris", None),
        ("fr_FR", "08:30", "Europe/London", None),
        ("fr_FR", "20:30", "Europe/London", "quiet_hours"),
        # whoever writes American English may live in Hawaii, or in New York
        ("en_US", "09:00", "America/New_York", "quiet_hours"),
        ("en_US", "16:00", "America/New_York", None),
        ("en_US", "20:59", "Pacific/Honolulu", "quiet_hours"),
        # no country: the policy's
        ("en", "20:30", "Europe/London", None),
        (None, "21:30", "Europe/London", "quiet_hours"),
        ("xx_YY", "20:30", "Europe/London", None),
    ],
)
def test_without_a_time_zone_every_zone_of_the_country_must_be_awake(
    locale: str | None, clock: str, zone: str, expected: str | None
) -> None:
    profile = a_profile(Customer("1", locale=locale))
    assert reason(an_interaction(channel="sms"), profile, now=at(clock, zone)) == expected


def test_quiet_hours_may_lie_within_a_day() -> None:
    quiet = replace(
        LIMITS.quiet, begins=datetime.min.time().replace(hour=13), ends=LIMITS.quiet.begins
    )
    policy = replace(POLICY, gates=replace(LIMITS, quiet=quiet))
    sms, profile = an_interaction(channel="sms"), a_profile(Customer("1", locale="en_GB"))
    for clock, expected in (("12:59", None), ("13:00", "quiet_hours"), ("21:00", None)):
        assert reason(sms, profile, at(clock, "Europe/London"), policy) == expected


def test_the_authority_is_the_agents_own_or_else_the_employers() -> None:
    own = Money(Decimal(50), "GBP")
    in_house, outsourced = LIMITS.authority["in_house"], LIMITS.authority["outsourced"]
    assert authority_of(an_interaction(agent_authority=own), POLICY) == 50
    assert authority_of(an_interaction(employer="in_house"), POLICY) == in_house
    assert authority_of(an_interaction(employer="outsourced"), POLICY) == outsourced
    assert authority_of(an_interaction(), POLICY) == min(in_house, outsourced)
    assert authority_of(an_interaction(channel="web"), POLICY) is None
