"""The report's SQL against slow, plain Python on ledgers of random rows, and its groups' sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from models.domain import CHANNELS
from service.ledger.experiment import CustomerRows, customer_rows
from service.ledger.period import contacts_of
from service.ledger.report import GROUPS, Totals
from service.reports.costs import load_costs
from service.reports.recovery import RecoveryQuery, period_of, recovery
from tests.recovery_oracle import MARGIN_RATE, Oracle
from tests.recovery_world import DAYS, NOW, START, Row, World, a_world, write


def group_of(world: World) -> dict[str, Callable[[Row], str | None]]:
    """For each grouping, the group of a contact."""
    decisions = {row["interaction_id"]: row for row in world.decisions}

    def day(row: Row) -> date:
        return row["resolved_at"].date()

    def stage(row: Row) -> str:
        at = row["resolved_at"]
        for other in world.interactions:
            alike = all(other[name] == row[name] for name in ("customer_id", "topic"))
            if alike and timedelta() < at - other["resolved_at"] <= timedelta(days=7):
                return "repeat"
        ages = [
            at - order["placed_at"]
            for order in world.orders
            if order["customer_id"] == row["customer_id"] and not order["cancelled_at"]
            if order["placed_at"] < at
        ]
        if not ages:
            return "before_first_order"
        return "after_order" if min(ages) <= timedelta(days=30) else "between_orders"

    return {
        "none": lambda row: None,
        "day": lambda row: day(row).isoformat(),
        "week": lambda row: "{}-W{:02}".format(*day(row).isocalendar()[:2]),
        "touchpoint": lambda row: f"{row['channel']}/{row['topic']}",
        "touchpoint_stage": lambda row: f"{row['channel']}/{row['topic']}/{stage(row)}",
        "agent": lambda row: row["agent_id"],
        "script": lambda row: decisions.get(row["id"], {}).get("script_id"),
    } | {
        name: lambda row, name=name: row[name] for name in ("channel", "topic", "team", "employer")
    } | {
        name: lambda row, name=name: decisions.get(row["id"], {}).get(name)
        for name in ("kind", "model_version")
    }  # fmt: skip


COMPARED = (
    "treated", "both_arms", "asked", "contacts", "sales", "margin", "cost", "before", "entered",
)  # fmt: skip
SUMS = tuple(field.name for field in fields(Totals) if field.name != "group")


def plain(totals: Totals) -> dict[str, Any]:
    return {name: getattr(totals, name) for name in SUMS}


def compared(customers: CustomerRows) -> list[tuple[float, ...]]:
    """The rows in an order that does not depend on that of the customers."""
    columns = [getattr(customers, name).tolist() for name in COMPARED]
    return sorted(
        zip(*[[round(float(value), 2) for value in column] for column in columns], strict=True)
    )


def compared_by_hand(customers: list[Row]) -> list[tuple[float, ...]]:
    return sorted(tuple(round(float(row[name]), 2) for name in COMPARED) for row in customers)


def added(contacts: list[Row]) -> dict[str, Any]:
    return {name: sum((row[name] for row in contacts), Decimal(0)) for name in SUMS}


@pytest.mark.parametrize("seed", range(6))
def test_the_report_is_what_plain_python_finds(clean_stores: tuple[str, str], seed: int) -> None:
    rng = Random(seed)
    world, window_days = a_world(rng), rng.randrange(1, 15)
    costs = load_costs(None, CHANNELS, "GBP")
    oracle = Oracle(world, costs, timedelta(days=window_days))
    period = [
        contact
        for contact in world.interactions
        if timedelta() <= contact["resolved_at"] - START < timedelta(days=DAYS)
    ]
    found = {contact["id"]: oracle.contact(contact) for contact in period}
    arms = {row["interaction_id"]: row["arm"] for row in world.decisions if row["eligible"]}
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        write(connection, world)
        for group_by in GROUPS:
            query = RecoveryQuery(
                START.date(), START.date() + timedelta(days=DAYS - 1), window_days, group_by
            )
            report = recovery(connection, costs, query, NOW)
            expected: dict[str | None, list[Row]] = defaultdict(list)
            for contact in period:
                expected[group_of(world)[group_by](contact)].append(contact)
            rows = {row.totals.group: row for row in report.rows}
            groups = [None if group_by == "none" else row.totals.group for row in report.rows]
            asked = [] if group_by == "none" else groups
            asked_for = period_of(query, costs)
            with contacts_of(connection, asked_for):
                [whole, *parts] = customer_rows(connection, asked_for, asked, MARGIN_RATE)
            assert compared(whole) == compared_by_hand(oracle.customers(period, found))
            for group, part in zip(asked, parts, strict=True):
                contacts = [row for row in period if group_of(world)[group_by](row) == group]
                assert compared(part) == compared_by_hand(oracle.customers(contacts, found))
            assert set(rows) == set(expected)
            for group, contacts in expected.items():
                assert plain(rows[group].totals) == added([found[row["id"]] for row in contacts])
                for arm in ("treatment", "holdout"):
                    people = {row["customer_id"] for row in contacts if arms.get(row["id"]) == arm}
                    assert getattr(rows[group], f"customers_{arm}") == len(people)
            assert plain(report.total.totals) == {
                name: sum(getattr(row.totals, name) for row in rows.values()) for name in SUMS
            }
