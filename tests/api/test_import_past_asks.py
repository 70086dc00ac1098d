"""Asks of another system: taken once, shown as what they are, and bad rows lose no other."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.importers.report import ImportReport
from service.importers.run import import_file
from service.ledger.asked import read_counts
from service.ledger.export import export
from tests.api.client import Client
from tests.ledger_rows import DAY, NOON, SECOND, LedgerRows
from training.asks import COLUMNS
from training.load import read_columns

Import = Callable[..., ImportReport]
SHOWN = '[{"item_id": "b1", "kind": "repeat", "price": {"amount": "99.90", "currency": "GBP"}}]'


@pytest.fixture
def contacts(ledger: psycopg.Connection) -> LedgerRows:
    """Contacts c1 to c4 of Lea, and one of Amir."""
    rows = LedgerRows(ledger, iter(range(1)))
    for number in range(1, 5):
        rows.contact(f"c{number}", at=NOON + number * DAY)
    rows.contact("amir-1", "amir")
    return rows


@pytest.fixture
def imported(ledger: psycopg.Connection, contacts: LedgerRows, tmp_path: Path) -> Import:
    """Import rows of one kind, as CSV."""

    def run(kind: str, *rows: dict[str, str]) -> ImportReport:
        names = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / f"{kind}.csv"
        path.write_text(text.getvalue())
        return import_file(ledger, kind, path, "csv", "GBP", lambda _: None)

    return run


def a_decision(number: int = 1, **cells: str) -> dict[str, str]:
    return {
        "suggestion_id": f"s{number}", "interaction_id": f"c{number}", "customer_id": "lea",
        "decided_at": (NOON + number * DAY).isoformat(), "decision": "offer", "arm": "treatment",
        "suggestions": SHOWN, "ask_seconds": "20",
    } | cells  # fmt: skip


def not_offered(number: int, reason: str, **cells: str) -> dict[str, str]:
    nothing = {"decision": "no_offer", "arm": "", "suggestions": "", "ask_seconds": ""}
    return a_decision(number, **nothing, reason=reason) | cells


def an_outcome(event_id: str = "e1", **cells: str) -> dict[str, str]:
    return {
        "event_id": event_id, "suggestion_id": "s1", "item_id": "b1", "result": "accepted",
        "order_id": "77", "occurred_at": (NOON + DAY + 60 * SECOND).isoformat(),
    } | cells  # fmt: skip


def bad(report: ImportReport) -> list[tuple[int | str, str, str]]:
    return [(row.line, row.id, row.code) for row in report.first_rejected]


def test_decisions_become_rows_that_every_report_reads(
    imported: Import, ledger: psycopg.Connection
) -> None:
    shadow = not_offered(2, "holdout", arm="holdout", suggestions=SHOWN)
    assert imported("decisions", a_decision(), shadow, not_offered(3, "angry")).accepted == {
        "decisions": 3
    }
    rows = ledger.execute(
        "SELECT suggestion_id, channel, decision, reason, eligible, arm, item_ids, kind,"
        " ask_seconds, policy_version FROM decisions ORDER BY suggestion_id"
    ).fetchall()
    assert rows == [
        ("s1", "phone", "offer", None, True, "treatment", ["b1"], "repeat", 20, "imported"),
        ("s2", "phone", "no_offer", "holdout", True, "holdout", [], "repeat", None, "imported"),
        ("s3", "phone", "no_offer", "angry", False, None, [], None, None, "imported"),
    ]


def test_again_changes_nothing_and_the_past_does_not_change(
    imported: Import, ledger: psycopg.Connection
) -> None:
    assert imported("decisions", a_decision()).accepted == {"decisions": 1}
    assert imported("outcomes", an_outcome()).accepted == {"outcomes": 1}
    assert imported("decisions", a_decision()).unchanged == {"decisions": 1}
    assert imported("outcomes", an_outcome()).unchanged == {"outcomes": 1}
    changed = imported("decisions", a_decision(ask_seconds="21"))
    assert bad(changed) == [(2, "s1", "already_recorded")]
    changed = imported("outcomes", an_outcome(result="declined", order_id=""))
    assert bad(changed) == [(2, "e1", "already_recorded")]
    assert ledger.execute("SELECT ask_seconds FROM decisions").fetchall() == [(20,)]
    assert ledger.execute("SELECT result FROM outcomes").fetchall() == [("accepted",)]


def test_a_contact_that_this_service_decided_on_keeps_its_decision(
    imported: Import, contacts: LedgerRows
) -> None:
    contacts.decision("c1", {"b1": "99.90"})
    assert bad(imported("decisions", a_decision())) == [(2, "s1", "already_recorded")]


def test_bad_rows_are_told_by_line_and_lose_no_other(imported: Import) -> None:
    rows = [
        a_decision(1, interaction_id="c9"),
        a_decision(1, customer_id="amir"),
        a_decision(1, suggestions=""),
        a_decision(1, arm="holdout"),
        not_offered(1, ""),
        not_offered(1, "holdout"),
        not_offered(1, "angry", arm="treatment"),
        a_decision(1, suggestions=SHOWN.replace("GBP", "EUR")),
        a_decision(1, suggestions="b1"),
        a_decision(1, suggestions=SHOWN.replace('"repeat"', '"repeat", "probability": 4')),
        a_decision(2),
        a_decision(3, interaction_id="c2"),
    ]
    report = imported("decisions", *rows)
    assert report.accepted == {"decisions": 1}
    assert sorted(bad(report)) == [
        (2, "s1", "unknown_interaction"),
        (3, "s1", "wrong_customer"),
        *[(line, "s1", "invalid_input") for line in (4, 5, 6, 7, 8)],
        (9, "s1", "mixed_currencies"),
        (10, "s1", "invalid_input"),
        (11, "s1", "invalid_input"),
        (13, "s3", "already_recorded"),
    ]


def test_outcomes_fit_what_was_shown(imported: Import) -> None:
    imported("decisions", a_decision())
    report = imported(
        "outcomes",
        an_outcome("e1", suggestion_id="s9"),
        an_outcome("e2", item_id="b2"),
        an_outcome("e3", item_id=""),
        an_outcome("e4", result="not_offered", order_id=""),
        an_outcome("e5"),
    )
    assert report.accepted == {"outcomes": 1}
    assert sorted(bad(report)) == [
        (2, "e1", "unknown_suggestion"),
        (3, "e2", "invalid_input"),
        (4, "e3", "invalid_input"),
        (5, "e4", "invalid_input"),
    ]


def test_who_objected_then_is_not_asked_from_now_on(
    imported: Import, ledger: psycopg.Connection
) -> None:
    amir = not_offered(2, "opted_out", interaction_id="amir-1", customer_id="amir")
    imported("decisions", not_offered(1, "objected"), amir)
    query = "SELECT id, objected, marketing FROM customers ORDER BY id"
    assert ledger.execute(query).fetchall() == [("amir", False, False), ("lea", True, None)]
    since = ledger.execute("SELECT opted_out_at FROM customers ORDER BY id").fetchall()
    assert since == [(NOON + 2 * DAY,), (NOON + DAY,)]
    ledger.execute("UPDATE customers SET objected = false, marketing = true")
    imported("decisions", not_offered(1, "objected"), amir)  # again: what was said since stays
    assert ledger.execute(query).fetchall() == [("amir", False, True), ("lea", False, True)]


def test_an_imported_suggestion_can_be_looked_up(imported: Import, client: Client) -> None:
    imported("decisions", a_decision(), not_offered(3, "angry"))
    imported("outcomes", an_outcome())
    agent = client.as_("agent")
    found = agent.get("/v1/suggestions/s1").get_json()
    assert (found["imported"], found["decision"], found["policy_version"]) == (
        True,
        "offer",
        "imported",
    )
    assert found["suggestions"] == [
        {
            "rank": 1,
            "item_id": "b1",
            "kind": "repeat",
            "price": {"amount": "99.90", "currency": "GBP"},
        }
    ]
    assert [one["result"] for one in found["outcomes"]] == ["accepted"]
    assert agent.get("/v1/suggestions/s3").get_json()["reason"] == "angry"


def test_parquet_has_native_lists(ledger: psycopg.Connection, contacts: LedgerRows,
                                  tmp_path: Path) -> None:  # fmt: skip
    row: dict[str, Any] = {
        "suggestion_id": "s1", "interaction_id": "c1", "customer_id": "lea", "decided_at": NOON,
        "decision": "offer", "arm": None, "ask_seconds": 20,
        "suggestions": [
            {"item_id": "b1", "probability": 0.125, "worth": {"amount": "1.20", "currency": "GBP"}}
        ],
    }  # fmt: skip
    path = tmp_path / "decisions.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    report = import_file(ledger, "decisions", path, "parquet", "GBP", lambda _: None)
    assert report.accepted == {"decisions": 1}, str(report)
    assert ledger.execute(
        "SELECT probability, worth, record #>> '{suggestions,0,worth}', propensity FROM decisions"
    ).fetchone() == (0.125, Decimal("1.20"), "1.20", None)


def test_the_night_can_read_them_and_does_not_judge_items_by_what_it_cannot_know(
    imported: Import, ledger: psycopg.Connection, tmp_path: Path
) -> None:
    """No chance was told, so a yes says nothing about whether chances are too low."""
    imported("decisions", a_decision(script_id="phone.old"), not_offered(3, "angry"))
    imported("outcomes", an_outcome())
    assert export(ledger, tmp_path / "night")["decisions"] == 2
    told = read_columns(tmp_path / "night" / "decisions.parquet", COLUMNS["decisions"])
    assert told["propensity"].null_count == 2
    counts = read_counts(ledger, NOON, NOON + 9 * DAY)
    assert counts.items == {}
    assert counts.scripts["phone.old", ""][:2] == (1, 1)
