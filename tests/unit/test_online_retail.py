"""Every rule of `docs/importing.md` for Online Retail II, on lines made by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.domain import Interaction, Item, Order, OrderLine, Refund
from service.errors import BadInput
from service.importers import retail_book
from service.importers.online_retail import import_retail
from service.importers.report import ImportReport, Tally

HEADER = [
    "Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID",
    "Country",
]  # fmt: skip


def a_line(
    invoice: str = "489434",
    code: str = "85123A",
    quantity: int | str = 2,
    *,
    name: str = "WHITE HANGING HEART",
    at: str = "2010-01-04 10:00:00",
    price: float | str = 2.95,
    customer: str = "13085",
) -> list[str]:
    return [invoice, code, name, str(quantity), at, str(price), customer, "United Kingdom"]


class Imported:
    """What the importer would write."""

    def __init__(self, path: Path, **options: str) -> None:
        self.stored: dict[str, list[Any]] = {}
        with Tally(path) as tally:
            kind, currency = options.get("kind", "orders"), options.get("currency", "GBP")
            import_retail(path, kind, currency, tally, self._store)
            self.report: ImportReport = tally.report()

    def _store(self, kind: str, values: Iterable[Any]) -> None:
        self.stored[kind] = list(values)

    @property
    def items(self) -> dict[str, Item]:
        return {item.id: item for item in self.stored["items"]}

    @property
    def orders(self) -> dict[str, Order]:
        return {order.id: order for order in self.stored["orders"]}

    @property
    def contacts(self) -> dict[str, Interaction]:
        return {contact.id: contact for _, contact in self.stored["interactions"]}

    def refunded(self, order_id: str) -> list[tuple[str, int, Decimal]]:
        refunds = self.orders[order_id].refunds
        return [(refund.item_id, refund.quantity, refund.amount) for refund in refunds]


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    def run(*lines: list[str], **options: str) -> Imported:
        path = tmp_path / "retail.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *lines])
        return Imported(path, **options)

    return run


def test_an_invoice_becomes_an_order_in_utc(imported: Any) -> None:
    """Times in the file are UK local time: 10:00 in July is 09:00 UTC."""
    result = imported(
        a_line(at="2010-07-05 10:00:00"),
        a_line(code="22423", quantity=1, price=12.75, at="2010-07-05 10:00:00"),
    )
    assert result.orders["489434"] == Order(
        "489434",
        "13085",
        datetime(2010, 7, 5, 9, tzinfo=UTC),
        "GBP",
        (OrderLine("85123A", 2, Decimal("2.95")), OrderLine("22423", 1, Decimal("12.75"))),
    )
    assert imported(a_line()).orders["489434"].placed_at == datetime(2010, 1, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize("code", ["85048", "79323P", "15056BL", "15056bl", " 47503J "])
def test_five_digits_and_up_to_two_letters_are_an_item(imported: Any, code: str) -> None:
    """Codes are trimmed and written in upper case."""
    assert list(imported(a_line(code=code)).items) == [code.strip().upper()]


@pytest.mark.parametrize(
    "code",
    ["POST", "DOT", "M", "m", "D", "S", "B", "C2", "BANK CHARGES", "AMAZONFEE", "ADJUST2", "PADS",
     "gift_0001_20", "DCGS0058", "DCGSSBOY", "TEST001", "SP1002", "8504", "850481", "85048ABC", ""],
)  # fmt: skip
def test_other_codes_are_no_items(imported: Any, code: str) -> None:
    result = imported(a_line(code=code), a_line(code="22423"))
    assert list(result.items) == ["22423"]
    assert [line.item_id for line in result.orders["489434"].lines] == ["22423"]
    assert result.report.left_out == {retail_book.NO_ITEM: 1}


@pytest.mark.parametrize("price", ["0", "0.0", "-53594.36"])
def test_lines_without_a_price_are_no_items(imported: Any, price: str) -> None:
    result = imported(a_line(price=price))
    assert (result.items, result.orders) == ({}, {})
    assert result.report.left_out == {retail_book.NO_PRICE: 1}


def test_a_negative_quantity_outside_a_c_invoice_is_no_sale_and_no_return(imported: Any) -> None:
    """Nor is a positive one on a C invoice, or none at all."""
    result = imported(a_line("1", quantity=-3), a_line("C2", quantity=3), a_line("3", quantity=0))
    assert (result.orders, result.contacts) == ({}, {})
    assert result.report.left_out == {retail_book.ODD_SIGN: 3}


def test_an_items_name_is_its_most_frequent_description(imported: Any) -> None:
    """Spaces are tidied, missing descriptions do not count, and the code names what has none."""
    result = imported(
        a_line("1", name="wrongly marked"),
        a_line("2", name=" WHITE  HEART "),
        a_line("3", name="WHITE HEART"),
        a_line("4", name=""),
        a_line("5", name="nan"),
        a_line("6", name="nan"),
        a_line("7", "22423", name=""),
    )
    assert {item.id: item.name for item in result.items.values()} == {
        "85123A": "WHITE HEART",
        "22423": "22423",
    }


def test_an_items_price_is_the_latest_it_was_sold_at(imported: Any) -> None:
    """By time and not by place in the file; refunds and free lines do not count."""
    result = imported(
        a_line("2", at="2010-03-01 10:00:00", price=3.75),
        a_line("1", at="2010-01-01 10:00:00", price=2.95),
        a_line("C3", quantity=-1, at="2010-04-01 10:00:00", price=1.5),
        a_line("4", at="2010-05-01 10:00:00", price=0),
    )
    assert result.items["85123A"].price == Decimal("3.75")


def test_a_price_below_a_penny_keeps_its_decimals_on_the_line_alone(imported: Any) -> None:
    result = imported(a_line(price=0.001))
    assert result.orders["489434"].lines[0].unit_price == Decimal("0.001")
    assert result.items["85123A"].price == Decimal("0.01")


def test_anonymous_lines_make_an_order_of_nobody(imported: Any) -> None:
    result = imported(a_line(customer=""), a_line("2", customer="13085.0"))
    assert result.orders["489434"].customer_id is None
    assert result.orders["2"].customer_id == "13085"


def test_lines_of_one_item_at_one_price_are_summed(imported: Any) -> None:
    """The same line twice may be two scans: pieces and money stay as in the retailer's books."""
    result = imported(a_line(), a_line(), a_line(quantity=1), a_line(price=2.55))
    assert result.orders["489434"].lines == (
        OrderLine("85123A", 5, Decimal("2.95")),
        OrderLine("85123A", 2, Decimal("2.55")),
    )


def test_a_return_becomes_a_refund_of_the_earlier_order(imported: Any) -> None:
    """The amount is what the C line gave back, not what was paid."""
    result = imported(
        a_line(quantity=6),
        a_line("C489500", quantity=-4, price=2.5, at="2010-01-08 15:30:00"),
    )
    back = datetime(2010, 1, 8, 15, 30, tzinfo=UTC)
    assert result.orders["489434"].refunds == (Refund("85123A", 4, Decimal("10.00"), back),)
    assert "C489500" not in result.orders


def test_a_return_takes_from_the_most_recent_order_first_and_may_be_split(imported: Any) -> None:
    result = imported(
        a_line("1", quantity=5, at="2010-01-01 10:00:00"),
        a_line("2", quantity=3, at="2010-01-02 10:00:00"),
        a_line("C3", quantity=-4, at="2010-01-03 10:00:00", price=2),
    )
    assert result.refunded("2") == [("85123A", 3, Decimal(6))]
    assert result.refunded("1") == [("85123A", 1, Decimal(2))]


def test_never_more_is_refunded_than_was_bought_and_not_given_back_yet(imported: Any) -> None:
    result = imported(
        a_line("1", quantity=5, at="2010-01-01 10:00:00"),
        a_line("C2", quantity=-4, at="2010-01-02 10:00:00"),
        a_line("C3", quantity=-4, at="2010-01-03 10:00:00"),
        a_line("C4", quantity=-4, at="2010-01-04 10:00:00"),
    )
    assert [pieces for _, pieces, _ in result.refunded("1")] == [4, 1]
    assert "3 lines, 2 (66.7%) linked" in str(result.report)
    assert "5 linked, 7 not" in str(result.report)
    assert list(result.contacts) == ["return-13085-2010-01-02", "return-13085-2010-01-03"]


@pytest.mark.parametrize(
    "other",
    [
        {"customer": "99999"},
        {"code": "22423"},
        {"at": "2010-02-01 10:00:00"},
        {"customer": ""},
    ],
)
def test_a_return_is_linked_to_no_other_customers_items_or_later_orders(
    imported: Any, other: dict[str, str]
) -> None:
    result = imported(a_line(**other), a_line("C489500", quantity=-1, at="2010-01-08 15:30:00"))
    assert result.orders["489434"].refunds == ()
    assert result.contacts == {}
    assert "not linked: 1 lines" in str(result.report)


def test_returns_without_a_customer_are_counted_and_said(imported: Any) -> None:
    result = imported(a_line(customer=""), a_line("C489500", quantity=-1, customer=""))
    assert result.orders["489434"].refunds == ()
    assert "returns without a customer: 1 lines" in str(result.report)


def test_the_order_of_the_file_does_not_matter_the_time_does(imported: Any) -> None:
    result = imported(
        a_line("C2", quantity=-1, at="2010-01-02 10:00:00"), a_line("1", at="2010-01-01 10:00:00")
    )
    assert len(result.refunded("1")) == 1


def test_the_linked_returns_of_a_customers_day_are_one_resolved_contact(imported: Any) -> None:
    """Days are days in the UK; the contact's time is that of its last return."""
    result = imported(
        a_line("1", at="2010-07-01 10:00:00"),
        a_line("1", "22423", at="2010-07-01 10:00:00"),
        a_line("C2", quantity=-1, at="2010-07-05 09:00:00"),
        a_line("C2", "21733", quantity=-1, at="2010-07-05 09:00:00"),
        a_line("C3", "22423", quantity=-1, at="2010-07-05 23:30:00"),
        a_line("C3", quantity=-1, at="2010-07-05 23:30:00"),
    )
    contact = result.contacts["return-13085-2010-07-05"]
    assert (contact.topic, contact.status, contact.channel) == ("return", "resolved", "web")
    assert contact.resolved_at == datetime(2010, 7, 5, 22, 30, tzinfo=UTC)
    assert [item.item_id for item in contact.items] == ["85123A", "22423"]
    assert {item.reason for item in contact.items} == {None}
    assert len(result.contacts) == 1


def test_an_invoice_that_comes_again_adds_only_lines_it_did_not_have(imported: Any) -> None:
    """The two sheets of the workbook share nine days."""
    first = [a_line(), a_line(), a_line(code="22423")]
    result = imported(*first, a_line("489435"), *first, a_line(code="21733"))
    lines = {line.item_id: line.quantity for line in result.orders["489434"].lines}
    assert lines == {"85123A": 4, "22423": 2, "21733": 2}
    assert result.report.left_out == {retail_book.REPEATED: 3}


def test_an_order_is_placed_at_the_earliest_time_of_its_lines(imported: Any) -> None:
    result = imported(a_line(at="2010-01-04 10:01:00"), a_line(at="2010-01-04 10:00:00"))
    assert result.orders["489434"].placed_at.minute == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (a_line(quantity="two"), "Quantity"),
        (a_line(quantity="1.5"), "Quantity"),
        (a_line(price="free"), "Price"),
        (a_line(price="2.95001"), "Price"),
        (a_line(price="inf"), "Price"),
        (a_line(at="1/4/2010 10:00"), "InvoiceDate"),
        (a_line(at=""), "InvoiceDate"),
        (a_line(invoice=""), "Invoice"),
        (a_line(customer="Lea"), "Customer ID"),
        (a_line(customer="99999"), "began with customer 13085"),
        (a_line()[:5], "5 cells"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_loses_no_other(
    imported: Any, line: list[str], says: str
) -> None:
    result = imported(a_line(code="22423"), line, a_line(code="21733"))
    assert result.report.rejected == 1
    assert result.report.first_rejected[0].line == 3
    assert says in result.report.first_rejected[0].detail
    assert [it.item_id for it in result.orders["489434"].lines] == ["22423", "21733"]


def test_windows_1252_is_understood(imported: Any, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    text = ",".join(HEADER) + "\n" + ",".join(a_line(name="£5 VOUCHER HOLDER")) + "\n"
    path.write_bytes(text.encode("cp1252"))
    assert Imported(path).items["85123A"].name == "£5 VOUCHER HOLDER"


def test_older_column_names_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    header = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country"
    path.write_text(f"{header}\n{';'.join(a_line())}\n")
    assert list(Imported(path).orders) == ["489434"]


@pytest.mark.parametrize(
    ("option", "says"), [({"kind": "items"}, "at once"), ({"currency": "EUR"}, "GBP")]
)
def test_what_cannot_be_imported_at_all_is_said(
    imported: Any, option: dict[str, str], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        imported(a_line(), **option)


def test_another_table_is_refused_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="no column for invoice, code"):
        Imported(path)


def test_an_empty_history_brings_nothing(imported: Any) -> None:
    assert imported().stored == {"items": [], "orders": [], "interactions": []}
