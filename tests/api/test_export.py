"""The export is what the training reads: one moment of the ledger, all of it or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.domain import ContactItem, Interaction, Item, Order, OrderLine, Refund
from service.errors import BadInput
from service.ledger import export as module
from service.ledger.export import export
from service.ledger.feed import upsert_interactions, upsert_items, upsert_orders

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def an_order(order_id: str, at: datetime = NOON, **changes: Any) -> Order:
    lines = (OrderLine("b1", 2, Decimal("9.9900")), OrderLine("c2", 1, Decimal("0.0010")))
    return Order(order_id, "lea", at, "GBP", lines, **changes)


def test_lines_are_sorted_by_time_and_without_cancelled_orders(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    anonymous = Order("3", None, NOON + DAY, "GBP", (OrderLine("b1", 1, Decimal(5)),))
    refund = Refund("b1", 1, Decimal("9.99"), NOON + DAY)
    upsert_orders(
        ledger,
        [
            an_order("2", NOON + DAY / 2, refunds=(refund,)),
            an_order("1"),
            an_order("4", refunds=(refund,), cancelled_at=NOON + DAY),
            anonymous,
        ],
    )
    counts = export(ledger, tmp_path / "out")
    lines = rows(tmp_path / "out", "lines")
    assert counts["lines"] == len(lines) == 5
    assert [(line["order_id"], line["item_id"]) for line in lines] == [
        ("1", "b1"), ("1", "c2"), ("2", "b1"), ("2", "c2"), ("3", "b1"),
    ]  # fmt: skip
    assert lines[1] == {
        "order_id": "1", "customer_id": "lea", "placed_at": NOON, "item_id": "c2", "quantity": 1,
        "unit_price": 0.001,
    }  # fmt: skip
    assert lines[4]["customer_id"] is None
    assert rows(tmp_path / "out", "refunds") == [
        {
            "order_id": "2", "customer_id": "lea", "item_id": "b1", "quantity": 1, "amount": 9.99,
            "refunded_at": NOON + DAY,
        }
    ]  # fmt: skip


def test_items_and_interactions_are_written(ledger: psycopg.Connection, tmp_path: Path) -> None:
    item = Item("b1", "Bookcase", Decimal("9.99"), "GBP", unit_cost=Decimal(4), sellable=False)
    contact = Interaction(
        "c1", "phone", "return", "resolved", resolved_at=NOON,
        items=(ContactItem("b1", "too_large", "width"), ContactItem("c2")),
    )  # fmt: skip
    upsert_items(ledger, [item])
    upsert_interactions(ledger, [("lea", contact)])
    export(ledger, tmp_path / "out")
    assert rows(tmp_path / "out", "items") == [
        {
            "item_id": "b1", "name": "Bookcase", "category": None, "price": 9.99,
            "unit_cost": 4.0, "sellable": False,
        }
    ]  # fmt: skip
    assert rows(tmp_path / "out", "interactions") == [
        {
            "interaction_id": "c1", "customer_id": "lea", "occurred_at": NOON, "channel": "phone",
            "topic": "return", "status": "resolved", "item_ids": ["b1", "c2"],
            "reasons": ["too_large", None],
        }
    ]  # fmt: skip


def test_decisions_and_outcomes_are_written(ledger: psycopg.Connection, tmp_path: Path) -> None:
    ledger.execute("INSERT INTO customers (id) VALUES ('lea')")
    ledger.execute(
        "INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel,"
        " decision, eligible, arm, item_ids, model_version, policy_version, record, body_digest,"
        " answer, propensity) VALUES ('sug_1', 'c1', 'lea', %s, 'phone', 'offer', true,"
        " 'treatment', '{b1,c2}', 'v1', '1', '{}', '', '', 0.3)",
        [NOON],
    )
    ledger.execute(
        "INSERT INTO outcomes (event_id, suggestion_id, item_id, result, occurred_at, digest)"
        " VALUES ('e1', 'sug_1', 'b1', 'accepted', %s, '')",
        [NOON + DAY],
    )
    export(ledger, tmp_path / "out")
    assert rows(tmp_path / "out", "decisions") == [
        {
            "suggestion_id": "sug_1", "interaction_id": "c1", "customer_id": "lea",
            "decided_at": NOON, "decision": "offer", "arm": "treatment", "item_ids": ["b1", "c2"],
            "model_version": "v1", "policy_version": "1", "script_id": None,
            "script_variant": None, "propensity": 0.3, "variant_probability": None,
            "eligible_ids": [], "eligible_worths": [], "eligible_gains": [],
            "eligible_probabilities": [],
        }
    ]  # fmt: skip
    assert rows(tmp_path / "out", "outcomes") == [
        {
            "event_id": "e1", "suggestion_id": "sug_1", "item_id": "b1", "result": "accepted",
            "occurred_at": NOON + DAY,
        }
    ]  # fmt: skip


def test_an_empty_ledger_gives_empty_files_with_their_columns(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    counts = export(ledger, tmp_path / "out")
    assert set(counts.values()) == {0}
    schema = pq.read_schema(tmp_path / "out" / "lines.parquet")
    assert schema.field("placed_at").type == pa.timestamp("us", "UTC")
    assert schema.field("quantity").type == pa.int32()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest == {"currency": None, "rows": counts}


def test_the_manifest_says_currency_and_counts(ledger: psycopg.Connection, tmp_path: Path) -> None:
    upsert_orders(ledger, [an_order("1")])
    counts = export(ledger, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest == {"currency": "GBP", "rows": counts}
    assert counts["lines"] == 2


def test_rows_are_read_and_written_in_groups(
    ledger: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 10)
    upsert_orders(ledger, [an_order(str(number)) for number in range(12)])
    export(ledger, tmp_path / "out")
    file = pq.ParquetFile(tmp_path / "out" / "lines.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(3)] == [10, 10, 4]


def test_a_new_export_takes_the_place_of_the_old_one(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    export(ledger, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("goes with the old export")
    upsert_orders(ledger, [an_order("1")])
    export(ledger, tmp_path / "out")
    assert len(rows(tmp_path / "out", "lines")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not (tmp_path / "out" / "notes.txt").exists()


def test_a_failed_export_leaves_the_old_one(
    ledger: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert_orders(ledger, [an_order("1")])
    export(ledger, tmp_path / "out")
    broken = dict(module.TABLES) | {"outcomes": ("SELECT 1 / 0", pa.schema({"a": pa.int32()}))}
    monkeypatch.setattr(module, "TABLES", broken)
    with pytest.raises(psycopg.errors.DivisionByZero):
        export(ledger, tmp_path / "out")
    assert len(rows(tmp_path / "out", "lines")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_things_in_it_is_left_alone(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(BadInput, match="holds other files"):
        export(ledger, tmp_path)
    with pytest.raises(BadInput, match="is a file"):
        export(ledger, tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").exists()


def test_of_who_objected_nothing_personal_is_learned(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    refund = Refund("b1", 1, Decimal("9.99"), NOON + DAY)
    upsert_orders(ledger, [an_order("1", refunds=(refund,))])
    contact = Interaction("c1", "phone", "return", "resolved", resolved_at=NOON)
    upsert_interactions(ledger, [("lea", contact)])
    export(ledger, tmp_path / "before")
    ledger.execute("UPDATE customers SET objected = true")
    export(ledger, tmp_path / "after")
    for name in ("lines", "refunds"):
        before, after = rows(tmp_path / "before", name), rows(tmp_path / "after", name)
        assert {row["customer_id"] for row in before} == {"lea"}
        assert after == [row | {"customer_id": None} for row in before]
    assert len(rows(tmp_path / "before", "interactions")) == 1
    assert rows(tmp_path / "after", "interactions") == []
