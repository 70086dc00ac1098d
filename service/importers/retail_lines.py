"""The lines of UCI's Online Retail II, from the Parquet, CSV or two-sheet xlsx people have of it.

Reading only: what a line means is decided in `retail_book.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from service.errors import BadInput
from service.importers.csv_file import columns_of, read_csv
from service.importers.parquet_file import read_parquet, schema_of
from service.importers.retail_cells import (
    CUSTOMER,
    INVOICE,
    Unreadable,
    number_of,
    text_of,
    ticks_of,
    time_of,
    whole_of,
)
from service.importers.row import Row
from service.importers.xlsx_file import read_sheets

NAMES = {
    "invoice": "invoice", "invoiceno": "invoice", "stockcode": "code",
    "description": "description", "quantity": "quantity", "invoicedate": "at",
    "price": "price", "unitprice": "price", "customerid": "customer",
}  # fmt: skip
"""Column names without case, spaces and underscores; `Country` and others are not read."""
FIELDS = ("invoice", "code", "description", "quantity", "at", "price", "customer")


class RetailLine(NamedTuple):
    """One line of an invoice. `at` is UK local time; `ticks` is the price of one piece."""

    line: int | str
    invoice: str
    code: str
    description: str
    quantity: int
    at: datetime
    ticks: int
    customer: str | None


def read_lines(
    path: Path, reject: Callable[[int | str, Any, str, str], None]
) -> Iterator[RetailLine]:
    """Every line of the file that can be read, as it stands in it.

    Args:
        reject: told line, invoice, code and detail of the others.

    Raises:
        BadInput: the file is none of the three formats, or lacks a column.
    """
    for row in _rows(path):
        cells = row.cells
        if row.fault:
            reject(row.line, cells["invoice"], *row.fault)
            continue
        try:
            yield RetailLine(
                row.line,
                number_of(INVOICE, "Invoice", cells["invoice"]),
                text_of(cells["code"]).upper(),
                " ".join(text_of(cells["description"]).split()),
                whole_of(cells["quantity"]),
                time_of(cells["at"]),
                ticks_of(cells["price"]),
                number_of(CUSTOMER, "Customer ID", cells["customer"])
                if text_of(cells["customer"])
                else None,
            )
        except Unreadable as error:
            reject(row.line, cells["invoice"], "invalid_input", str(error))


def _rows(path: Path) -> Iterator[Row]:
    """Rows with the FIELDS, whatever the file calls them."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        names = _fields_of(path, schema_of(path).names)
        yield from _renamed(read_parquet(path, list(names.values())), names)
    elif start == b"PK\x03\x04":
        for header, rows in read_sheets(path):
            yield from _renamed(rows, _fields_of(path, header))
    else:
        names = _fields_of(path, columns_of(path))
        yield from _renamed(read_csv(path), names)


def _renamed(rows: Iterable[Row], names: dict[str, str]) -> Iterator[Row]:
    for row in rows:
        yield row._replace(cells={field: row.cells.get(names[field]) for field in FIELDS})


def _fields_of(path: Path, columns: Iterable[str]) -> dict[str, str]:
    """The column that holds each field."""
    found = {}
    for column in columns:
        field = NAMES.get(re.sub(r"[\s_]", "", column).lower())
        if field:
            found[field] = column
    missing = [field for field in FIELDS if field not in found]
    if missing:
        raise BadInput(
            f"{path} is not Online Retail II: it has no column for {', '.join(missing)}; expected "
            "Invoice, StockCode, Description, Quantity, InvoiceDate, Price, Customer ID."
        )
    return found
