"""Parquet into the ledger: native lists and structs, the types that tools write, bad rows told."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.errors import BadInput
from service.importers.objects import SCHEMAS
from service.importers.report import ImportReport
from service.importers.run import import_file
from service.importers.values import FLAGS, IDS, MONEY, NESTED, WHOLE

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Import = Callable[..., ImportReport]


@pytest.fixture
def imported(ledger: psycopg.Connection, tmp_path: Path) -> Import:
    def run(kind: str, rows: list[dict[str, Any]] | pa.Table) -> ImportReport:
        path = tmp_path / f"{kind}.parquet"
        table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows)
        pq.write_table(table, path)
        return import_file(ledger, kind, path, "parquet", "GBP", lambda _: None)

    return run


def an_item(item_id: str = "b1", **changes: Any) -> dict[str, Any]:
    return {"id": item_id, "name": "Bookcase", "price": "99.90", "currency": "GBP"} | changes


def an_order(order_id: str = "1", **changes: Any) -> dict[str, Any]:
    line = {"item_id": "b1", "quantity": 2, "unit_price": "99.90"}
    return {
        "id": order_id, "customer_id": "lea", "placed_at": AT, "currency": "GBP", "lines": [line],
    } | changes  # fmt: skip


def one(ledger: psycopg.Connection, query: str) -> Any:
    return ledger.execute(query).fetchone()


def test_orders_are_native_lists_and_structs(imported: Import, ledger: psycopg.Connection) -> None:
    refund = {"item_id": "b1", "quantity": 1, "amount": "99.90", "refunded_at": AT}
    orders = [an_order(refunds=[refund], channel="web"), an_order("2", customer_id=None)]
    assert imported("orders", orders).accepted == {"orders": 2}
    assert one(ledger, "SELECT count(*) FROM order_lines") == (2,)
    assert one(ledger, "SELECT order_id, amount, refunded_at FROM refunds") == (
        "1",
        Decimal("99.9000"),
        AT,
    )
    assert one(ledger, "SELECT customer_id FROM orders WHERE id = '2'") == (None,)


@pytest.mark.parametrize(
    "attributes",
    [
        pa.array(
            [{"width": {"value": 80.5, "unit": "cm"}, "colour": {"value": "oak"}, "depth": None}]
        ),
        pa.array(
            [[("width", ("80.5", "cm")), ("colour", ("oak", None))]],
            pa.map_(pa.string(), pa.struct({"value": pa.string(), "unit": pa.string()})),
        ),
        pa.array(['{"width": {"value": 80.5, "unit": "cm"}, "colour": {"value": "oak"}}']),
    ],
    ids=["struct", "map", "json"],
)
def test_attributes_are_a_struct_a_map_or_json(
    imported: Import, ledger: psycopg.Connection, attributes: pa.Array
) -> None:
    """An attribute that is null is absent; with a unit, what reads like a number is one."""
    table = pa.Table.from_pylist([an_item()]).append_column("attributes", attributes)
    assert imported("items", table).rejected == 0
    assert one(ledger, "SELECT attributes FROM items") == (
        {"width": {"value": 80.5, "unit": "cm"}, "colour": {"value": "oak", "unit": None}},
    )


@pytest.mark.parametrize(
    "price",
    [
        pa.array(["99.90"]),
        pa.array([99.9]),
        pa.array([Decimal("99.9000")], pa.decimal128(14, 4)),
    ],
)
def test_money_is_a_string_a_number_or_a_decimal(
    imported: Import, ledger: psycopg.Connection, price: pa.Array
) -> None:
    table = pa.Table.from_pylist([an_item()])
    imported("items", table.set_column(2, "price", price))
    assert one(ledger, "SELECT price FROM items") == (Decimal("99.90"),)


def test_numbers_as_pandas_writes_them_are_understood(
    imported: Import, ledger: psycopg.Connection
) -> None:
    """Ids as integers, whole prices as integers, whole numbers with gaps as floats."""
    items = [an_item(1, price=12, stock=3.0), an_item(2, price=12, stock=None)]
    assert imported("items", items).rejected == 0
    assert one(ledger, "SELECT id, price, stock FROM items ORDER BY id") == ("1", Decimal(12), 3)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_any_unit_and_zone_are_kept_in_utc(
    imported: Import, ledger: psycopg.Connection, unit: str
) -> None:
    paris = pa.array([AT]).cast(pa.timestamp(unit, "Europe/Paris"))
    imported("orders", pa.Table.from_pylist([an_order()]).set_column(2, "placed_at", paris))
    assert one(ledger, "SELECT placed_at FROM orders") == (AT,)


def test_a_bad_row_is_reported_with_its_number_and_loses_no_other(
    imported: Import, ledger: psycopg.Connection
) -> None:
    items = [
        an_item("1", price=9.9),
        an_item("2", price=math.nan),
        an_item("3", price=9.999),
        an_item("4", price=9.9, currency="EUR"),
        an_item("5", price=None),
        an_item("6", price=9.9),
    ]
    report = imported("items", items)
    assert [(row.line, row.id, row.code) for row in report.first_rejected] == [
        (2, "2", "invalid_input"),
        (3, "3", "invalid_input"),
        (4, "4", "mixed_currencies"),
        (5, "5", "invalid_input"),
    ]
    assert one(ledger, "SELECT array_agg(id ORDER BY id) FROM items") == (["1", "6"],)


def test_a_time_without_a_zone_is_rejected(imported: Import) -> None:
    report = imported("orders", [an_order(placed_at=AT.replace(tzinfo=None))])
    assert "Write a time with its offset" in report.first_rejected[0].detail


def test_interactions_come_with_items_and_cost(
    imported: Import, ledger: psycopg.Connection
) -> None:
    contact = {
        "id": "c1", "customer_id": "lea", "channel": "phone", "topic": "return",
        "status": "resolved", "resolved_at": AT, "first_contact": True, "handle_seconds": 312,
        "items": [{"item_id": "b1", "reason": "too_large", "attribute": None}],
    }  # fmt: skip
    contacts = [
        contact | {"cost": None},
        contact | {"id": "c2", "cost": {"amount": "5.10", "currency": "GBP"}, "items": None},
    ]
    assert imported("interactions", contacts).accepted == {"interactions": 2}
    query = "SELECT id, items, cost_amount FROM interactions ORDER BY id"
    assert ledger.execute(query).fetchall() == [
        ("c1", [{"item_id": "b1", "reason": "too_large", "attribute": None}], None),
        ("c2", [], Decimal("5.10")),
    ]


def test_importing_again_changes_nothing(imported: Import) -> None:
    orders = [an_order(str(number), placed_at=AT + timedelta(number)) for number in range(200)]
    assert imported("orders", orders).accepted == {"orders": 200}
    assert imported("orders", orders).unchanged == {"orders": 200}


def test_a_file_that_is_no_parquet_or_lacks_columns_is_one_clear_error(
    imported: Import, ledger: psycopg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="has no column name, price"):
        imported("items", [{"id": "1", "currency": "GBP"}])
    with pytest.raises(BadInput, match="'colour'"):
        imported("items", [an_item(colour="oak")])
    path = tmp_path / "no.parquet"
    path.write_text("id,name\n")
    with pytest.raises(BadInput, match="is not a Parquet file"):
        import_file(ledger, "items", path, "parquet", "GBP", lambda _: None)


def test_a_damaged_file_is_one_clear_error(ledger: psycopg.Connection, tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    pq.write_table(pa.Table.from_pylist([an_item(str(n)) for n in range(5_000)]), path)
    content = bytearray(path.read_bytes())
    content[10:2_000] = b"\xff" * 1_990
    path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read"):
        import_file(ledger, "items", path, "parquet", "GBP", lambda _: None)


def test_the_forms_of_values_match_the_schemas() -> None:
    """`values.py` names fields by their kind; a field that the contract gains must be there."""
    kinds = {"Whole": WHOLE, "Flag": FLAGS, "Amount": MONEY, "Array": NESTED, "Dict": NESTED}
    for schema in SCHEMAS.values():
        for name, field in schema().fields.items():
            kind = type(field).__name__
            if kind in kinds:
                assert name in kinds[kind], name
            if name in IDS:
                assert kind == "Text", name
