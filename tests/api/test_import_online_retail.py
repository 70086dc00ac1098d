"""Online Retail II into the ledger: all three formats bring the same, and again nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from service.errors import BadInput
from service.importers.run import import_file

COLUMNS = ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price")
ANONYMOUS = None
MONDAY = datetime(2010, 12, 6, 10)
LINES: list[tuple[Any, ...]] = [
    ("489434", "85123A", "WHITE HEART", 6, MONDAY, 2.95, 13085),
    ("489434", "22423", "CAKESTAND", 1, MONDAY, 12.75, 13085),
    ("489434", "POST", "POSTAGE", 1, MONDAY, 18.0, 13085),
    ("489435", "22423", "CAKESTAND", 2, MONDAY + timedelta(hours=1), 10.95, ANONYMOUS),
    ("C489500", "85123A", "WHITE HEART", -2, MONDAY + timedelta(days=4), 2.95, 13085),
    ("C489501", "21733", "NEVER BOUGHT", -1, MONDAY + timedelta(days=4), 2.95, 13085),
]
Writer = Callable[[Path], Path]


def as_parquet(folder: Path) -> Path:
    columns = [*COLUMNS, "CustomerID"]
    rows = [dict(zip(columns, line, strict=True)) for line in LINES]
    pq.write_table(pa.Table.from_pylist(rows), folder / "retail.parquet")
    return folder / "retail.parquet"


def as_csv(folder: Path) -> Path:
    rows = [dict(zip((*COLUMNS, "Customer ID"), line, strict=True)) for line in LINES]
    pa.csv.write_csv(pa.Table.from_pylist(rows), folder / "retail.csv")
    return folder / "retail.csv"


def as_workbook(folder: Path) -> Path:
    """Two sheets that share two invoices, numbers as numbers, as the original has them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in (("Year 2009-2010", LINES[:4]), ("Year 2010-2011", LINES)):
        sheet = book.create_sheet(title)
        sheet.append([*COLUMNS, "Customer ID", "Country"])
        for line in lines:
            cells = [int(cell) if str(cell).isdigit() else cell for cell in line]
            sheet.append([*cells, "United Kingdom"])
    book.save(folder / "retail.xlsx")
    return folder / "retail.xlsx"


@pytest.mark.parametrize("write", [as_parquet, as_csv, as_workbook])
def test_every_format_brings_the_same(
    ledger: psycopg.Connection, tmp_path: Path, write: Writer
) -> None:
    path = write(tmp_path)
    report = import_file(ledger, "orders", path, "online-retail", "GBP", lambda _: None)
    assert report.accepted == {"items": 2, "orders": 2, "interactions": 1}
    assert report.rejected == 0
    items = ledger.execute("SELECT id, name, price::text FROM items ORDER BY id")
    assert items.fetchall() == [("22423", "CAKESTAND", "10.95"), ("85123A", "WHITE HEART", "2.95")]
    orders = ledger.execute("SELECT id, customer_id FROM orders ORDER BY id")
    assert orders.fetchall() == [("489434", "13085"), ("489435", None)]
    lines = ledger.execute("SELECT order_id, item_id, quantity FROM order_lines ORDER BY 1, 2")
    assert lines.fetchall() == [
        ("489434", "22423", 1), ("489434", "85123A", 6), ("489435", "22423", 2),
    ]  # fmt: skip
    refunds = ledger.execute("SELECT order_id, item_id, quantity, amount::float FROM refunds")
    assert refunds.fetchall() == [("489434", "85123A", 2, 5.9)]
    contacts = ledger.execute("SELECT id, customer_id, topic, items FROM interactions")
    assert contacts.fetchall() == [
        (
            "return-13085-2010-12-10",
            "13085",
            "return",
            [{"item_id": "85123A", "reason": None, "attribute": None}],
        )
    ]
    again = import_file(ledger, "orders", path, "online-retail", "GBP", lambda _: None)
    assert again.accepted == {"items": 0, "orders": 0, "interactions": 0}
    assert again.unchanged == report.accepted


def test_a_bad_line_of_a_workbook_is_named_by_sheet_and_row(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    path = as_workbook(tmp_path)
    book = openpyxl.load_workbook(path)
    book["Year 2010-2011"]["D5"] = "two"
    book.save(path)
    report = import_file(ledger, "orders", path, "online-retail", "GBP", lambda _: None)
    assert [row.line for row in report.first_rejected] == ["Year 2010-2011!5"]
    assert report.accepted == {"items": 2, "orders": 2, "interactions": 1}


def test_a_workbook_of_something_else_is_one_clear_error(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(BadInput, match="no column for invoice"):
        import_file(ledger, "orders", path, "online-retail", "GBP", lambda _: None)
    path.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(BadInput, match="is not an Excel workbook"):
        import_file(ledger, "orders", path, "online-retail", "GBP", lambda _: None)
