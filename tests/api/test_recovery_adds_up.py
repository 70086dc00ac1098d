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
from service.ledger.report import GROUPS, Totals
from service.reports.costs import load_costs
from service.reports.recovery import RecoveryQuery, recovery
from tests.recovery_oracle import Oracle
from tests.recovery_world import DAYS, NOW, START, Row, World, a_world, write


def group_of(world: World) -> dict[str, Callable[[Row], str | None]]:
    """For each grouping, the group of a contact."""
    decisions = {row["interaction_id"]: row for row in world.decisions}

    def day(row: Row) -> date:
        return row["resolved_at"].date()

    return {
        "none": lambda row: None,
        "day": lambda row: day(row).isoformat(),
        "week": lambda row: "{}-W{:02}".format(*day(row).isocalendar()[:2]),
        "touchpoint": lambda row: f"{row['channel']}/{row['topic']}",
        "agent": lambda row: row["agent_id"],
        "script": lambda row: decisions.get(row["id"], {}).get("script_id"),
    } | {
        name: lambda row, name=name: row[name] for name in ("channel", "topic", "team", "employer")
    } | {
        name: lambda row, name=name: decisions.get(row["id"], {}).get(name)
        for name in ("kind", "model_version")
    }  # fmt: skip


SUMS = tuple(
    field.name
    for field in fields(Totals)
    if field.name not in ("whole", "group", "customers_treatment", "customers_holdout")
)


def plain(totals: Totals) -> dict[str, Any]:
    return {name: getattr(totals, name) for name in SUMS}


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
            rows = {row.totals.group: row.totals for row in report.rows}
            assert set(rows) == set(expected)
            for group, contacts in expected.items():
                assert plain(rows[group]) == added([found[row["id"]] for row in contacts])
                for arm in ("treatment", "holdout"):
                    people = {row["customer_id"] for row in contacts if arms.get(row["id"]) == arm}
                    assert getattr(rows[group], f"customers_{arm}") == len(people)
            assert plain(report.total.totals) == {
                name: sum(getattr(row, name) for row in rows.values()) for name in SUMS
            }
