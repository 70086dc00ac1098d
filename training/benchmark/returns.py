"""What does a customer order next after a return? On Online Retail II (UCI, CC BY 4.0).

Asked are the returns of customers with at least two earlier order days whose next order came
within 90 days. Known of the customer is everything up to and including the day of the return; the
target are the codes of the customer's next order day. What everybody else did is known up to the
first day of the calendar month: a round a month. Codes other than `SELLABLE` are postage, fees
and manual lines; lines of cancelled invoices (`C`) and those without a quantity are no orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.moment import Moment
from models.purchases import Days, Floats, Ints, Purchases
from training.benchmark.task import Question, Round, Task
from training.examples import next_order
from training.load import (
    SECONDS_A_DAY,
    BadData,
    Contacts,
    Dataset,
    days_of,
    numbers,
    ordinals,
    positions,
)

SELLABLE = r"^\d{5}[A-Z]{0,2}$"
EARLIER_ORDER_DAYS = 2
WITHIN_DAYS = 90
EPOCH = date(1970, 1, 1)
END_OF_DAY = 1 - 1 / SECONDS_A_DAY

ORDERS = ("Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "CustomerID")
EVENTS = ("customer_id", "event_date", "returned_items")


def read_returns(orders: Path, events: Path) -> Task:
    """A round per calendar month in which a question is asked.

    Raises:
        BadData: a file or a column is missing or of another kind, or nothing is left to ask.
    """
    lines, returned = _read(orders, ORDERS), _read(events, EVENTS)
    try:
        data = _dataset(_sold(lines), returned.sort_by("event_date"))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise BadData(f"{orders} or {events} has a column of another kind: {error}") from error
    if not len(data.purchases):
        raise BadData(
            f"{orders} has no line that sells an item (code {SELLABLE}, quantity above 0)"
        )
    questions = _questions(data)
    if not questions:
        raise BadData(
            f"{events} has no return of a customer with {EARLIER_ORDER_DAYS} order days by then "
            f"whose next order came within {WITHIN_DAYS} days"
        )
    rounds = []
    for first, asked in groupby(questions, key=_first_of_month):
        rounds.append(Round(data.purchases.before(first), first, tuple(asked)))
    return Task(f"next order after a return, {events.stem}", data, tuple(rounds))


def _read(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        missing = set(columns) - set(pq.read_schema(path).names)
        if missing:
            raise BadData(f"{path} has no column {', '.join(sorted(missing))}")
        return pq.read_table(path, columns=list(columns))
    except FileNotFoundError as error:
        raise BadData(f"{path} is missing") from error
    except (pa.ArrowInvalid, OSError) as error:
        raise BadData(f"{path} cannot be read as Parquet: {error}") from error


def _sold(lines: pa.Table) -> pa.Table:
    """The lines that sell an item, by time."""
    invoice, code = (lines[name].cast(pa.string()) for name in ("Invoice", "StockCode"))
    sells = pc.and_(
        pc.and_(pc.match_substring_regex(code, SELLABLE), pc.greater(lines["Quantity"], 0)),
        pc.invert(pc.starts_with(invoice, "C")),
    )
    return lines.filter(sells).sort_by([("InvoiceDate", "ascending"), ("Invoice", "ascending")])


def _dataset(sold: pa.Table, returned: pa.Table) -> Dataset:
    codes, customers = sold["StockCode"].cast(pa.string()), sold["CustomerID"].cast(pa.int64())
    item_ids, known = (pc.unique(ids).drop_null().sort() for ids in (codes, customers))
    items, prices = positions(codes, item_ids), numbers(sold["Price"])
    return Dataset(
        item_ids=item_ids.to_pylist(),
        prices=_first_prices(items, prices, len(item_ids)),
        categories=np.full(len(item_ids), -1, dtype=np.int32),
        sellable=np.ones(len(item_ids), dtype=bool),
        customers=len(known),
        purchases=Purchases(
            customers=positions(customers, known),
            orders=ordinals(sold["Invoice"].cast(pa.string())),
            items=items,
            days=_days(sold["InvoiceDate"]),
            quantities=numbers(sold["Quantity"]),
            prices=prices,
        ),
        contacts=_contacts(returned, known, item_ids),
    )


def _first_prices(items: Ints, prices: Floats, n: int) -> Floats:
    """Of each item's first sale: a later one would tell of the future."""
    first = np.zeros(n, dtype=np.float32)
    first[items[::-1]] = prices[::-1]
    return first


def _contacts(returned: pa.Table, known: pa.Array, item_ids: pa.Array) -> Contacts:
    """Every return of a customer who ordered, at the end of its day."""
    customers = positions(returned["customer_id"].cast(pa.int64()), known)
    ours = np.flatnonzero(customers >= 0)
    items = _item_lists(returned["returned_items"], item_ids)
    return Contacts(
        customers=customers[ours],
        days=(np.floor(_days(returned["event_date"])) + END_OF_DAY)[ours],
        topics=["return"] * len(ours),
        items=[items[place] for place in ours],
    )


def _questions(data: Dataset) -> list[Question]:
    """One per return that counts, by day."""
    histories, contacts = data.purchases.histories(), data.contacts
    questions = []
    for place, day in enumerate(contacts.days.tolist()):
        customer = int(contacts.customers[place])
        whole = histories[customer]
        known, target = whole.until(day), next_order(whole, day, day + WITHIN_DAYS)
        if len(target) and len(np.unique(known.orders)) >= EARLIER_ORDER_DAYS:
            moment = Moment(known, day, contacts.topics[place], contacts.items[place])
            questions.append(Question(customer, moment, target))
    return questions


def _first_of_month(question: Question) -> float:
    """Of the month in which the question is asked, in days since 1970-01-01."""
    day = EPOCH + timedelta(days=int(question.moment.day))
    return float((day.replace(day=1) - EPOCH).days)


def _item_lists(lists: pa.ChunkedArray, item_ids: pa.Array) -> list[Ints]:
    """Positions of the sellable codes in each list, rising, each once."""
    index = {code: place for place, code in enumerate(item_ids.to_pylist())}
    return [
        np.unique([index[code] for code in codes or () if code in index]).astype(np.int32)
        for codes in lists.cast(pa.list_(pa.string())).to_pylist()
    ]


def _days(times: pa.ChunkedArray) -> Days:
    """The shop's clock is taken for UTC."""
    if times.null_count:
        raise ValueError("a time is missing")
    return days_of(times)
