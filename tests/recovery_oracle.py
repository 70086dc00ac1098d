"""The definitions of the recovery report in slow, plain Python, one contact at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from service.reports.costs import OTHER, Costs
from tests.recovery_world import ITEM_COSTS, Row, World

MARGIN_RATE = Decimal("0.40")
BEFORE = timedelta(days=90)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ASKED = ("accepted", "declined", "maybe_later")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def worth(order: Row, item: str | None = None) -> Decimal:
    """Lines less discount and refunds of an order, or of one item in it."""
    if order["cancelled_at"]:
        return Decimal(0)
    return cents(paid(order, item))


def paid(order: Row, item: str | None = None) -> Decimal:
    """Not rounded; a discount is spread over the lines by what they cost."""
    whole = sum(n * price for _, n, price, _ in order["lines"])
    lines = sum(n * price for found, n, price, _ in order["lines"] if item in (None, found))
    refunds = sum(amount for found, amount in order["refunds"] if item in (None, found))
    off = (order["discount"] or Decimal(0)) * lines / whole if whole else Decimal(0)
    return Decimal(lines - off - refunds)


def goods(order: Row) -> Decimal:
    """What the goods of an order cost that were not given back."""
    cost = Decimal(0)
    for item in {found for found, *_ in order["lines"]}:
        lines = [(n, own) for found, n, _, own in order["lines"] if found == item]
        unit = [ITEM_COSTS.get(item) if own is None else own for _, own in lines]
        pieces = sum(n for n, _ in lines)
        back = min(sum(1 for found, _ in order["refunds"] if found == item), pieces)
        if None in unit:
            cost += (1 - MARGIN_RATE) * paid(order, item)
        else:
            whole = sum(n * each for (n, _), each in zip(lines, unit, strict=True))
            cost += Decimal(whole) * (pieces - back) / pieces
    return cents(cost)


@dataclass(frozen=True, slots=True)
class Oracle:
    """Knows all rows, also those outside the period."""

    world: World
    costs: Costs
    window: timedelta

    def creditor(self, order: Row) -> str | None:
        """The contact that the order is attributed to, of whatever period."""
        before = [
            (contact["resolved_at"], contact["id"])
            for contact in self.world.interactions
            if contact["customer_id"] == order["customer_id"]
            and contact["resolved_at"] <= order["placed_at"]
        ]
        if not before or order["placed_at"] - max(before)[0] > self.window:
            return None
        return str(max(before)[1])

    def last_words(self) -> list[Row]:
        """The latest outcome of each (suggestion, item)."""
        decisions = {row["suggestion_id"]: row for row in self.world.decisions}
        latest: dict[tuple[str, str | None], Row] = {}
        for outcome in sorted(
            self.world.outcomes, key=lambda row: (row["occurred_at"], row["event_id"])
        ):
            items = decisions[outcome["suggestion_id"]]["item_ids"]
            item = outcome["item_id"] or (items[0] if items else None)
            latest[outcome["suggestion_id"], item] = outcome | {"item_id": item}
        return list(latest.values())

    def claims(self) -> set[str]:
        """The acceptances that count: of those of one item of one order, the latest."""
        claims: dict[Any, Row] = {}
        for said in self.last_words():
            if said["result"] == "accepted":
                named = (
                    (said["order_id"], said["item_id"]) if said["order_id"] else said["event_id"]
                )
                claims[named] = max(
                    claims.get(named, said),
                    said,
                    key=lambda row: (row["occurred_at"], row["event_id"]),
                )
        return {row["event_id"] for row in claims.values()}

    def contact(self, contact: Row) -> Row:
        """What one contact adds to each total."""
        orders = {order["id"]: order for order in self.world.orders}
        cost = self.costs.channels.get(contact["channel"], self.costs.channels[OTHER])
        spent, rule = cents(cost.per_contact), "cost_by_channel"
        if contact["cost_amount"] is not None:
            spent, rule = contact["cost_amount"], "cost_given"
        elif contact["handle_seconds"] is not None and cost.agent_time:
            spent, rule = (
                cents(self.wage(contact, contact["handle_seconds"]) + cost.fee),
                "cost_by_time",
            )
        goodwill = contact["goodwill_amount"] or Decimal(0)
        credited = [order for order in orders.values() if self.creditor(order) == contact["id"]]
        sums = defaultdict(
            Decimal,
            {
                "interactions": 1,
                rule: 1,
                "service_cost": spent + goodwill,
                "goodwill": goodwill,
                "refunded_beyond": sum(worth(order) < 0 for order in credited),
                "attributed_sales": sum(worth(order) for order in credited),
            },
        )
        for decision in self.world.decisions:
            if decision["interaction_id"] == contact["id"]:
                self.add_decision(sums, contact, decision, orders, spent)
        return sums

    def add_decision(
        self, sums: Row, contact: Row, decision: Row, orders: dict[str, Row], spent: Decimal
    ) -> None:
        said = [
            row for row in self.last_words() if row["suggestion_id"] == decision["suggestion_id"]
        ]
        told = [
            row for row in self.world.outcomes if row["suggestion_id"] == decision["suggestion_id"]
        ]
        sums["retold"] += len(told) - len(said)
        sums["eligible"] += decision["eligible"]
        sums["unreported"] += decision["decision"] == "offer" and not said
        sums["accepted"] += any(row["result"] == "accepted" for row in said)
        if any(row["result"] in ASKED for row in said):
            sums["asked"] += 1
            wage = cents(self.wage(contact, decision["ask_seconds"] or 0))
            sums["cost_of_asking"] += min(wage, spent)
        claims = self.claims()
        for sale in (row for row in said if row["event_id"] in claims):
            item, order = sale["item_id"], orders.get(sale["order_id"])
            value = worth(order, item) if order else decision["answer"].get(item)
            if item is None or value is None:
                sums["unpriced"] += 1
                continue
            sums["same_contact_sales"] += value
            if order:
                elsewhere = self.creditor(order) is not None
            else:
                elsewhere = sale["order_id"] is None and self.bought_later(contact, item)
            if not elsewhere:
                sums["attributed_sales"] += value

    def bought_later(self, contact: Row, item: str) -> bool:
        return any(
            order["customer_id"] == contact["customer_id"]
            and timedelta() <= order["placed_at"] - contact["resolved_at"] <= self.window
            and any(found == item for found, *_ in order["lines"])
            for order in self.world.orders
        )

    def customers(self, period: list[Row], asked_cost: dict[str, Row]) -> list[Row]:
        """The comparison's rows: customers who had an eligible contact, from it on.

        Args:
            period: the contacts of one group.
            asked_cost: what `contact` found for each contact.
        """
        decisions = {row["interaction_id"]: row for row in self.world.decisions}
        rows = []
        for customer in sorted({contact["customer_id"] for contact in period}):
            contacts = [one for one in period if one["customer_id"] == customer]
            entering = [
                one
                for one in contacts
                if one["id"] in decisions
                and decisions[one["id"]]["eligible"]
                and decisions[one["id"]]["arm"]
            ]
            if not entering:
                continue
            entered = min(one["resolved_at"] for one in entering)
            exposed = [one for one in contacts if one["resolved_at"] >= entered]
            theirs = [order for order in self.world.orders if order["customer_id"] == customer]
            followed = [
                order
                for order in theirs
                if not order["cancelled_at"]
                and any(
                    timedelta() <= order["placed_at"] - one["resolved_at"] <= self.window
                    for one in exposed
                )
            ]
            found = [asked_cost[one["id"]] for one in exposed]
            asking = sum(one["cost_of_asking"] for one in found)
            rows.append({
                "treated": {decisions[one["id"]]["arm"] for one in entering} == {"treatment"},
                "both_arms": len({decisions[one["id"]]["arm"] for one in entering}) > 1,
                "asked": any(one["asked"] for one in found),
                "contacts": len(exposed),
                "sales": sum(worth(order) for order in followed),
                "margin": sum(worth(order) - goods(order) for order in followed) - asking,
                "cost": sum(one["service_cost"] for one in found),
                "before": sum(
                    worth(order)
                    for order in theirs
                    if entered - BEFORE <= order["placed_at"] < entered
                ),
                "entered": (entered - EPOCH).days,
            })  # fmt: skip
        return rows

    def wage(self, contact: Row, seconds: int) -> Decimal:
        return self.costs.of_seconds(seconds, contact["channel"], contact["employer"])
