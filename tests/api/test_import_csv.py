"""CSV into the ledger: every form that spreadsheets write, and bad rows that lose no other."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from service.errors import BadInput
from service.importers.report import ImportReport
from service.importers.run import import_file

ITEMS = "id,name,category,price,currency,unit_cost,stock,attributes,sellable,known_issue\n"
ORDERS = "id,customer_id,placed_at,currency,item_id,quantity,unit_price\n"
CONTACTS = "id,customer_id,channel,topic,status,resolved_at,items,handle_seconds,cost\n"
AT = "2026-03-01T12:00:00+00:00"

Import = Callable[..., ImportReport]


@pytest.fixture
def imported(ledger: psycopg.Connection, tmp_path: Path) -> Import:
    def run(kind: str, text: str | bytes, name: str = "feed.csv") -> ImportReport:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return import_file(ledger, kind, path, "csv", "GBP", lambda _: None)

    return run


def an_item(item_id: str, **cells: str) -> str:
    row = {"id": item_id, "name": "Bookcase", "price": "99.90", "currency": "GBP"} | cells
    return ",".join(row.get(name, "") for name in ITEMS.strip().split(",")) + "\n"


def a_line(order_id: str = "1", **cells: str) -> str:
    row = {
        "id": order_id, "customer_id": "lea", "placed_at": AT, "currency": "GBP",
        "item_id": "b1", "quantity": "1", "unit_price": "99.90",
    } | cells  # fmt: skip
    return ",".join(row.values()) + "\n"


def ids(ledger: psycopg.Connection, table: str = "items") -> list[str]:
    return [row[0] for row in ledger.execute(f"SELECT id FROM {table} ORDER BY id")]


def bad(report: ImportReport) -> list[tuple[int | str, str]]:
    return [(row.line, row.code) for row in report.first_rejected]


def test_items_come_with_every_field(imported: Import, ledger: psycopg.Connection) -> None:
    attributes = (
        '"{""width"": {""value"": 80.5, ""unit"": ""cm""}, ""colour"": {""value"": ""oak""}}"'
    )
    row = f'b1,"Bookcase, tall",Storage,99.90,GBP,40,3,{attributes},FALSE,wobbles\n'
    assert imported("items", ITEMS + row).accepted == {"items": 1}
    columns = (
        "name, category, price::text, unit_cost::text, stock, attributes, sellable, known_issue"
    )
    assert ledger.execute(f"SELECT {columns} FROM items").fetchone() == (
        "Bookcase, tall", "Storage", "99.90", "40.00", 3,
        {"width": {"value": 80.5, "unit": "cm"}, "colour": {"value": "oak", "unit": None}},
        False, "wobbles",
    )  # fmt: skip


def test_order_lines_with_one_id_are_one_order(
    imported: Import, ledger: psycopg.Connection
) -> None:
    text = ORDERS + a_line() + a_line(item_id="c2", quantity="3") + a_line("2", customer_id="")
    assert imported("orders", text).accepted == {"orders": 2}
    lines = ledger.execute("SELECT order_id, position, item_id, quantity FROM order_lines")
    assert lines.fetchall() == [("1", 0, "b1", 1), ("1", 1, "c2", 3), ("2", 0, "b1", 1)]
    owners = ledger.execute("SELECT id, customer_id FROM orders ORDER BY id")
    assert owners.fetchall() == [("1", "lea"), ("2", None)]


def test_refunds_stand_beside_the_line_or_alone(
    imported: Import, ledger: psycopg.Connection
) -> None:
    """A row without quantity and price carries only a refund, such as a second one of an item."""
    header = ORDERS.strip() + ",refund_quantity,refund_amount,refunded_at\n"
    first = a_line(quantity="3").strip() + f",1,99.90,{AT}\n"
    alone = a_line(quantity="", unit_price="").strip() + f",2,150.00,{AT}\n"
    assert imported("orders", header + first + alone).accepted == {"orders": 1}
    query = "SELECT item_id, quantity, amount::float FROM refunds ORDER BY position"
    assert ledger.execute(query).fetchall() == [("b1", 1, 99.9), ("b1", 2, 150.0)]
    assert ledger.execute("SELECT count(*) FROM order_lines").fetchone() == (1,)


def test_interactions_hold_json_in_cells(imported: Import, ledger: psycopg.Connection) -> None:
    items = '"[{""item_id"": ""b1"", ""reason"": ""too_large""}]"'
    cost = '"{""amount"": ""5.10"", ""currency"": ""GBP""}"'
    text = CONTACTS + f"c1,lea,phone,return,resolved,{AT},{items},312,{cost}\n"
    assert imported("interactions", text).accepted == {"interactions": 1}
    query = "SELECT items -> 0 ->> 'reason', handle_seconds, cost_amount::text FROM interactions"
    assert ledger.execute(query).fetchone() == ("too_large", 312, "5.10")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_delimiter_line_end_and_bom_is_understood(
    imported: Import, ledger: psycopg.Connection, delimiter: str, end: str, mark: str
) -> None:
    rows = [
        ITEMS.strip().split(","),
        ["b1", 'Tall, "oak";\twide\nand deep', "", "9", "GBP"] + [""] * 5,
    ]
    text = mark + end.join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    assert imported("items", text).rejected == 0
    assert ledger.execute("SELECT name FROM items").fetchone() == ('Tall, "oak";\twide\nand deep',)


def test_a_bad_row_is_reported_with_its_physical_line(
    imported: Import, ledger: psycopg.Connection
) -> None:
    """Newlines inside quotes and blank lines count: an editor shows the same number."""
    rows = [
        an_item("1", name='"two\nlines"'),
        "\n",
        an_item("2", price="-1"),
        an_item("3", currency="EUR"),
        an_item("4", stock="1.5"),
        an_item("5", attributes="{oops"),
        an_item("6", sellable="yes"),
        an_item("7"),
    ]
    report = imported("items", ITEMS + "".join(rows))
    assert bad(report) == [
        (5, "invalid_input"),
        (6, "mixed_currencies"),
        (7, "invalid_input"),
        (8, "invalid_input"),
        (9, "invalid_input"),
    ]
    assert [row.detail.split(":")[0] for row in report.first_rejected] == [
        "/price", "/currency", "/stock", "/attributes", "/sellable",
    ]  # fmt: skip
    assert ids(ledger) == ["1", "7"]


def test_a_forgotten_quote_costs_its_own_line_alone(
    imported: Import, ledger: psycopg.Connection
) -> None:
    rows = [an_item("1"), an_item("2", name='"Book'), an_item("3"), an_item("4", name='"Case"')]
    report = imported("items", ITEMS + "".join(rows))
    assert bad(report) == [(3, "broken_quotes")]
    assert ids(ledger) == ["1", "3", "4"]


def test_a_forgotten_quote_at_the_end_costs_its_own_line_alone(
    imported: Import, ledger: psycopg.Connection
) -> None:
    rows = [an_item("0", name='"Book')] + [an_item(str(number)) for number in range(1, 2_500)]
    report = imported("items", ITEMS + "".join(rows))
    assert bad(report) == [(2, "broken_quotes")]
    assert len(ids(ledger)) == 2_499


def test_a_row_of_another_length_is_rejected(imported: Import, ledger: psycopg.Connection) -> None:
    report = imported(
        "items", ITEMS + "1,short\n" + an_item("2").strip() + ",more\n" + an_item("3")
    )
    assert bad(report) == [(2, "wrong_cell_count"), (3, "wrong_cell_count")]
    assert ids(ledger) == ["3"]


def test_bytes_that_are_no_utf_8_cost_their_own_row(
    imported: Import, ledger: psycopg.Connection
) -> None:
    text = (ITEMS + an_item("1") + an_item("2", name="Caf\xe9") + an_item("3")).encode("latin-1")
    report = imported("items", text)
    assert bad(report) == [(3, "invalid_input")]
    assert ids(ledger) == ["1", "3"]
    str(report).encode()


def test_one_bad_line_keeps_the_whole_order_out_and_no_other(
    imported: Import, ledger: psycopg.Connection
) -> None:
    """Half an order would be a wrong one."""
    text = ORDERS + a_line("1") + a_line("2") + a_line("2", quantity="0") + a_line("3")
    report = imported("orders", text)
    assert bad(report) == [(4, "invalid_input")]
    detail = report.first_rejected[0].detail
    assert detail.startswith("/quantity: ")
    assert detail.endswith("(left out: the order's lines 3 to 4)")
    assert ids(ledger, "orders") == ["1", "3"]


@pytest.mark.parametrize("broken", ['2,lea,"oops\n', "2,lea,short\n"])
def test_an_unreadable_line_keeps_its_order_out(
    imported: Import, ledger: psycopg.Connection, broken: str
) -> None:
    report = imported("orders", ORDERS + a_line("1") + a_line("2") + broken + a_line("3"))
    assert [line for line, _ in bad(report)] == [4]
    assert ids(ledger, "orders") == ["1", "3"]


def test_lines_of_one_order_that_do_not_agree_are_rejected(
    imported: Import, ledger: psycopg.Connection
) -> None:
    report = imported("orders", ORDERS + a_line() + a_line(customer_id="tom"))
    assert bad(report) == [(3, "rows_differ")]
    assert ids(ledger, "orders") == []


def test_an_order_whose_rows_are_scattered_is_left_out_whole(
    imported: Import, ledger: psycopg.Connection
) -> None:
    """Written as they come, the later rows would replace the earlier ones."""
    report = imported("orders", ORDERS + a_line("1") + a_line("2") + a_line("1"))
    assert bad(report) == [(2, "rows_not_adjacent"), (4, "rows_not_adjacent")]
    assert ids(ledger, "orders") == ["2"]


def test_rows_without_an_order_id_are_rejected_one_by_one(
    imported: Import, ledger: psycopg.Connection
) -> None:
    report = imported("orders", ORDERS + a_line("") + a_line("") + a_line("2"))
    assert bad(report) == [(2, "invalid_input"), (3, "invalid_input")]
    assert ids(ledger, "orders") == ["2"]


def test_importing_again_changes_nothing(imported: Import, ledger: psycopg.Connection) -> None:
    orders = ORDERS + "".join(a_line(str(number)) for number in range(1_500))
    assert imported("orders", orders).accepted == {"orders": 1_500}
    version = ledger.execute("SELECT version FROM customers").fetchone()
    report = imported("orders", orders)
    assert (report.accepted, report.unchanged) == ({"orders": 0}, {"orders": 1_500})
    assert ledger.execute("SELECT version FROM customers").fetchone() == version


def test_every_rejected_row_is_in_the_file_beside(imported: Import, tmp_path: Path) -> None:
    """Twenty are shown; and a run without rejected rows removes the file of an earlier one."""
    report = imported("items", ITEMS + "".join(an_item(str(n), price="x") for n in range(25)))
    assert report.rejected == 25
    assert len(report.first_rejected) == 20
    assert "and 5 more" in str(report)
    assert report.rejected_path == tmp_path / "feed.csv.rejected.csv"
    with report.rejected_path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == [str(line) for line in range(2, 27)]
    assert rows[0]["id"] == "0"
    assert rows[0]["code"] == "invalid_input"
    assert imported("items", ITEMS).rejected_path is None
    assert not (tmp_path / "feed.csv.rejected.csv").exists()


def test_the_profiles_of_touched_customers_are_forgotten(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + a_line("1") + a_line("2", customer_id="tom"))
    forgotten: list[frozenset[str]] = []
    for _ in range(2):
        import_file(ledger, "orders", path, "csv", "GBP", forgotten.append)
    assert forgotten == [{"lea", "tom"}]


def test_contacts_in_unknown_channels_are_rejected(imported: Import) -> None:
    report = imported("interactions", CONTACTS + f"c1,lea,pigeon,return,resolved,{AT},,,\n")
    assert bad(report) == [(2, "unknown_channel")]


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("items", "", "is empty"),
        ("items", "id,name\n", "has no column price, currency"),
        ("items", ITEMS.strip() + ",colour\n", "'colour'"),
        ("items", "id,name,price,currency,id\n", "two of one name"),
        ("orders", ITEMS, "has no column customer_id, placed_at"),
        ("items", ITEMS.encode("utf-16"), "not UTF-8"),
        ("items", ITEMS + "x" * 1_000_001, "line 2 has over"),
        ("people", ITEMS, "use orders, items, interactions"),
    ],
)
def test_a_file_that_cannot_be_imported_at_all_is_one_clear_error(
    imported: Import, kind: str, text: str | bytes, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as error:
        imported(kind, text)
    assert "\n" not in error.value.detail


def test_a_missing_file_and_an_unknown_format_are_said(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        import_file(ledger, "items", tmp_path / "none.csv", "csv", "GBP", lambda _: None)
    with pytest.raises(BadInput, match="csv, parquet, online-retail"):
        import_file(ledger, "items", tmp_path / "none.csv", "xml", "GBP", lambda _: None)
