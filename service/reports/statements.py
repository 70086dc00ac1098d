"""What a reader must know before believing a number of the report, in whole sentences.

Each has a stable code; what concerns one group alone names it. Shown at the head of the report in
every format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from service.ledger.holdout import Holdout
from service.ledger.report import Facts, Totals


@dataclass(frozen=True, slots=True)
class Statement:
    code: str
    text: str
    group: str | None = None
    """None: it is about the whole report."""


def about_holdout(holdouts: list[Holdout], changed: int) -> Statement | None:
    """Why treatment and holdout cannot be compared, whatever their numbers.

    Args:
        holdouts: those that were in use from the first contact to the last.
        changed: customers who were in both arms.
    """
    if len(holdouts) > 1:
        shares = ", then ".join(f"{holdout.share:.0%}" for holdout in holdouts)
        return Statement(
            "holdout_changed",
            f"The holdout was changed within the period ({shares}; policy versions "
            f"{', '.join(holdout.policy_version for holdout in holdouts)}): its arms cannot be "
            "compared. Choose a period before or after the change.",
        )
    if changed:
        return Statement(
            "holdout_changed",
            f"{changed:,} customers were in both arms within the period, so the holdout was drawn "
            "anew: its arms cannot be compared. Choose a period before or after the change.",
        )
    if not holdouts:
        return Statement(
            "holdout_unknown",
            "It is not on record which share of customers was to be held out: nothing can be "
            "compared. A running service puts it down by itself.",
        )
    if not holdouts[0].share:
        return Statement(
            "no_holdout",
            "No customer is held out (holdout.share of the policy is 0), so nobody can tell what "
            "asking brought.",
        )
    return None


def about_data(whole: Totals, facts: Facts, currency: str) -> Iterator[Statement]:
    """What is odd in the data, with what the report makes of it."""
    if not whole.interactions:
        yield Statement("no_contacts", "No contact was resolved in this period.")
    elif not whole.service_cost:
        yield Statement("no_cost", "The contacts cost nothing, so there is no ratio to their cost.")
    if facts.contacts_ahead:
        yield Statement(
            "contacts_ahead",
            f"{_count(facts.contacts_ahead, 'contact lies', 'contacts lie')} in the future: a "
            "clock is wrong. They count on the day that they name.",
        )
    if whole.early:
        yield Statement(
            "outcomes_early",
            f"{_count(whole.early, 'outcome is', 'outcomes are')} from before the contact itself: "
            "a clock is wrong. They count all the same.",
        )
    if whole.retold:
        yield Statement(
            "outcomes_retold",
            f"{_count(whole.retold, 'outcome was', 'outcomes were')} told again; for each item the "
            "last word counts, once.",
        )
    if facts.orders_of_nobody:
        orders = _count(facts.orders_of_nobody, "order names", "orders name")
        yield Statement(
            "orders_of_nobody",
            f"{orders} no customer ({facts.sales_to_nobody:,.2f} {currency}): they follow no "
            "contact and count nothing here.",
        )
    if whole.refunded_beyond:
        yield Statement(
            "refunds_beyond_order",
            f"Of {_count(whole.refunded_beyond, 'order', 'orders')} more was paid back than was "
            "paid: their sales are below zero. Look at these refunds.",
        )
    if whole.unpriced:
        yield Statement(
            "unpriced",
            f"{_count(whole.unpriced, 'accepted item counts', 'accepted items count')} nothing: "
            "neither their order nor a suggested price is known.",
        )
    for other, orders in facts.converted:
        yield Statement(
            "converted",
            f"{_count(orders, 'order was', 'orders were')} in {other}, turned into {currency} at "
            "the rate of the day of purchase.",
        )


def about_goods(by_rate: float, sales: float, margin_rate: Decimal) -> Statement | None:
    """How much of the margin rests on an assumption."""
    if by_rate <= 0 or sales <= 0:
        return None
    return Statement(
        "margin_assumed",
        f"For {min(by_rate / sales, 1):.0%} of the compared sales no cost of goods is known; their "
        f"margin is taken as {margin_rate:.0%} of the price (worth.margin_rate of the policy).",
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
