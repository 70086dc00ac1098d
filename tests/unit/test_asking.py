"""What an ask costs: its seconds, those who wait, and the asks before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.domain import CHANNELS, Interaction, Queue
from service.decision.policy import load_policy
from service.decision.value.asking import Asking, asking_of
from service.decision.value.queue import QueuePrice, queue_price
from service.profile import Ask, unknown_profile
from service.reports.costs import load_costs

NOW = datetime(2026, 11, 23, 10, 31, tzinfo=UTC)
SECOND = timedelta(seconds=1)
POLICY = load_policy()
RULES = POLICY.pricing.queue
COSTS = load_costs(None, CHANNELS, "GBP")


def a_queue(busy: int = 10, waiting: int = 0, age: timedelta = 5 * SECOND) -> Queue:
    return Queue(10, busy, waiting, NOW - age)


def an_asking(channel: str = "phone", queue: Queue | None = None, asks: int = 0) -> Asking:
    profile = replace_asks(asks)
    price = queue_price(queue, RULES, NOW)
    contact = Interaction("case-1", channel, "return", "resolved")
    return asking_of(contact, POLICY.channel(channel), profile, price, POLICY, COSTS, NOW)


def replace_asks(asks: int):  # type: ignore[no-untyped-def]
    heard = [Ask(NOW - timedelta(days=days), "email") for days in range(1, asks + 1)]
    nobody = unknown_profile("lea")
    return type(nobody)(nobody.customer, 0, nobody.bought, heard, [])


@pytest.mark.parametrize(
    ("age", "state"),
    [(29, "fresh"), (30, "fresh"), (31, "stale"), (-30, "fresh"), (-31, "stale")],
)
def test_a_queue_older_than_30_seconds_is_neutral_and_says_so(age: int, state: str) -> None:
    """Also one from a clock that runs ahead."""
    price = queue_price(a_queue(age=age * SECOND), RULES, NOW)
    assert price.state == state
    assert (price.per_second > 0) == (state == "fresh")


def test_without_a_queue_the_price_is_neutral_and_says_so() -> None:
    assert queue_price(None, RULES, NOW) == QueuePrice("missing", Decimal(0))


def test_the_price_counts_who_is_served_and_who_waits() -> None:
    """12 callers and 10 agents: 12 - 10 + 2 in the way, 0.40 a minute each."""
    assert 60 * queue_price(a_queue(10, 2), RULES, NOW).per_second == Decimal("1.60")
    assert not queue_price(a_queue(8, 0), RULES, NOW).busy


def test_in_quiet_times_the_whole_script_is_paid_and_nothing_else() -> None:
    asking = an_asking(queue=a_queue(busy=7))
    assert (asking.seconds, asking.short) == (30, False)
    assert asking.terms == {
        "asking": Decimal("-0.30"), "queue": 0, "annoyance": 0, "goodwill": 0,
    }  # fmt: skip


def test_while_others_wait_the_short_script_is_paid_and_they_are() -> None:
    """15 seconds at 0.60 a minute, and at 1.60 for those in the way."""
    asking = an_asking(queue=a_queue(10, 2))
    assert (asking.seconds, asking.short) == (15, True)
    assert (asking.terms["asking"], asking.terms["queue"]) == (Decimal("-0.15"), Decimal("-0.40"))


def test_two_chats_at_a_time_hold_nobody_up_for_longer_than_half() -> None:
    asking = an_asking("chat", a_queue(10, 2))
    assert (asking.seconds, asking.short) == (15, False)
    assert asking.terms["queue"] == Decimal("-0.20")


def test_a_page_that_asks_by_itself_costs_no_agent_and_no_queue() -> None:
    assert an_asking("web", a_queue(10, 50)).cost == 0


def test_each_ask_of_the_quarter_makes_the_next_dearer() -> None:
    assert [an_asking(asks=n).terms["annoyance"] for n in (0, 1, 3)] == [
        0, Decimal("-0.05"), Decimal("-0.15"),
    ]  # fmt: skip


def test_the_shipped_price_is_the_one_that_the_simulation_proved() -> None:
    from models.queueing import PER_CALLER_MINUTE, SPARE_AGENTS

    assert (RULES.per_caller_minute, RULES.spare_agents) == (PER_CALLER_MINUTE, SPARE_AGENTS)


def test_goodwill_of_the_policy_is_taken_off() -> None:
    pricing = replace(POLICY.pricing, goodwill=Decimal("1.25"))
    policy = replace(POLICY, pricing=pricing)
    contact = Interaction("case-1", "web", "return", "resolved")
    price = queue_price(None, RULES, NOW)
    asking = asking_of(
        contact, POLICY.channel("web"), unknown_profile("lea"), price, policy, COSTS, NOW
    )
    assert asking.terms["goodwill"] == Decimal("-1.25")
