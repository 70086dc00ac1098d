"""Orders in CSV: one row per order line, with the order's own columns repeated on each.

An order is taken as a whole or not at all, since half an order would be a wrong one: its rows
stand together, and one bad row keeps the others of its order out, never those of another.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np

from service import errors
from service.importers.csv_file import read_csv
from service.importers.report import Tally
from service.importers.row import Fault, Row
from service.importers.values import from_csv

ORDER = ("id", "customer_id", "placed_at", "currency", "channel", "cancelled_at", "discount")
LINE = ("item_id", "quantity", "unit_price", "unit_cost")
REFUND = {"refund_quantity": "quantity", "refund_amount": "amount", "refunded_at": "refunded_at"}
"""Column and field of the refund; its item is the row's."""
COLUMNS = (*ORDER, *LINE, *REFUND)
REQUIRED = ("id", "customer_id", "placed_at", "currency", "item_id", "quantity", "unit_price")
MOST_ROWS = 20_001
"""More than the lines and refunds that the schema allows an order; then it is refused anyway."""


@dataclass(slots=True)
class _Draft:
    """An order while its rows are put together."""

    data: dict[str, Any]
    lines: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    faults: list[tuple[Row, Fault]] = field(default_factory=list)


def scattered_ids(path: Path) -> frozenset[int]:
    """The hashes of the ids whose rows do not stand together; takes 8 bytes per order.

    Hashes of 64 bits: among ten million ids two agree by chance once in 370,000 files.
    """
    runs = array("q", (hash(order_id) for order_id, _ in groupby(read_csv(path, True), _id)))
    marks, counts = np.unique(np.array(runs, dtype=np.int64), return_counts=True)
    return frozenset(marks[counts > 1].tolist())


def read_orders(
    rows: Iterable[Row],
    scattered: frozenset[int],
    build: Callable[[dict[str, Any]], Any],
    tally: Tally,
) -> Iterator[Any]:
    """The orders all of whose rows are good; the bad rows of the others go to the tally.

    Args:
        scattered: what `scattered_ids` found in the file.
        build: makes an `Order` of its data or raises `errors.BadInput`.
    """
    for order_id, group in groupby(rows, _id):
        if not order_id or hash(order_id) in scattered:
            for row in group:
                tally.reject(row.line, order_id, *(row.fault or _homeless(order_id)))
            continue
        whole = list(islice(group, MOST_ROWS))
        draft = _assemble(whole)
        if not draft.faults:
            try:
                order = build(draft.data)
            except errors.BadInput as error:
                draft.faults = list(_locate(error, draft, whole[0]))
            else:
                yield order
        for row, (code, detail) in draft.faults:
            if len(whole) > 1:
                detail += f" (left out: the order's lines {whole[0].line} to {whole[-1].line})"
            tally.reject(row.line, order_id, code, detail)


def _id(row: Row) -> str:
    return str(row.cells.get("id", ""))


def _homeless(order_id: str) -> Fault:
    if order_id:
        return Fault("rows_not_adjacent", "more rows of this order elsewhere; sort the file by id")
    return Fault("invalid_input", "/id: This field is required.")


def _assemble(rows: list[Row]) -> _Draft:
    """The data of one order; a row without quantity and price carries only a refund."""
    first = rows[0].cells
    head = {name: first.get(name, "") for name in ORDER}
    draft = _Draft({"customer_id": None, **from_csv(head)})
    lines, refunds = [], []
    for row in rows:
        if row.fault:
            draft.faults.append((row, row.fault))
            continue
        cells = row.cells
        differing = [name for name in ORDER if cells.get(name, "") != head[name]]
        if differing:
            detail = f"{', '.join(differing)} differs from line {rows[0].line} of the same order"
            draft.faults.append((row, Fault("rows_differ", detail)))
        refund = {inner: cells[name] for name, inner in REFUND.items() if cells.get(name)}
        if refund:
            refunds.append(from_csv({"item_id": cells["item_id"], **refund}))
            draft.refunds.append(row)
        if not refund or any(cells.get(name) for name in LINE[1:]):
            lines.append(from_csv({name: cells[name] for name in LINE if name in cells}))
            draft.lines.append(row)
    draft.data |= {"lines": lines, "refunds": refunds}
    return draft


def _locate(error: errors.BadInput, draft: _Draft, first: Row) -> Iterator[tuple[Row, Fault]]:
    """The row that each complaint of the schema is about, by its pointer (`/lines/2/quantity`)."""
    if not isinstance(error, errors.InvalidFields):
        yield first, Fault(error.code, errors.in_one_line(error))
        return
    by_row: dict[int | str, tuple[Row, list[tuple[str, str]]]] = {}
    for pointer, hint in error.faults:
        row, column = first, pointer
        steps = pointer.split("/")
        if len(steps) == 4:
            row = (draft.lines if steps[1] == "lines" else draft.refunds)[int(steps[2])]
            column = "/" + (steps[3] if steps[1] == "lines" else f"refund {steps[3]}")
        by_row.setdefault(row.line, (row, []))[1].append((column, hint))
    for row, faults in by_row.values():
        yield row, Fault(error.code, errors.in_one_line(errors.InvalidFields(tuple(faults))))
