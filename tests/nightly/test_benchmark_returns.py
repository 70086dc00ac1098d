"""The order after a return: who is asked, what is known by then, what is wanted."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training.benchmark.order_lines import lines_of_known
from training.benchmark.returns import read_returns
from training.benchmark.task import Task
from training.load import BadData

Line = tuple[str, str, int, str, float, int | None]
A, B, C, D = "10001", "10002B", "10003", "10004"
LINES: list[Line] = [
    ("1", A, 2, "2010-01-05 10:00", 1.5, 7),
    ("2", B, 1, "2010-01-20 09:00", 2.0, 7),
    ("3", C, 1, "2010-02-10 16:30", 3.0, 7),  # later on the day of the return: known
    ("4", A, 1, "2010-03-01 08:00", 9.0, 7),  # the next order day, in two parts
    ("5", D, 1, "2010-03-01 18:00", 4.0, 7),
    ("6", B, 1, "2010-03-02 08:00", 2.0, 7),  # the one after it
    ("7", D, 5, "2010-02-03 08:00", 4.0, None),
]
EVENTS = [(7, "2010-02-10", [A, "POST"])]


def day_of(text: str) -> float:
    return float((date.fromisoformat(text) - date(1970, 1, 1)).days)


def written(folder: Path, lines: list[Line], events: list[tuple[Any, ...]]) -> tuple[Path, Path]:
    names = ("Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "CustomerID")
    columns: dict[str, Any] = dict(zip(names, zip(*lines, strict=True), strict=True))
    columns["InvoiceDate"] = [datetime.fromisoformat(at) for at in columns["InvoiceDate"]]
    columns["CustomerID"] = pa.array(columns["CustomerID"], pa.int32())
    orders, returns = folder / "orders.parquet", folder / "events.parquet"
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), orders)
    customers, days, items = zip(*events, strict=True)
    pq.write_table(
        pa.table(
            {
                "customer_id": pa.array(customers, pa.int64()),
                "event_date": pa.array([datetime.fromisoformat(day) for day in days]),
                "returned_items": pa.array(items, pa.list_(pa.string())),
            }
        ),
        returns,
    )
    return orders, returns


def read(folder: Path, lines: list[Line], events: list[tuple[Any, ...]]) -> Task:
    return read_returns(*written(folder, lines, events))


def names(task: Task, items: Any) -> list[str]:
    return [task.data.item_ids[item] for item in items]


def test_known_is_the_day_of_the_return_and_wanted_the_next_order_day(tmp_path: Path) -> None:
    task = read(tmp_path, LINES, EVENTS)
    (question,) = task.questions
    moment = question.moment
    assert names(task, moment.history.items) == [A, B, C]
    assert names(task, question.target) == [A, D]
    assert int(moment.day) == day_of("2010-02-10")
    assert moment.topic == "return"
    assert names(task, moment.contact_items) == [A]  # postage is no item


def test_of_others_is_known_what_came_before_the_month(tmp_path: Path) -> None:
    task = read(tmp_path, LINES, EVENTS)
    (part,) = task.rounds
    assert part.day == day_of("2010-02-01")
    assert names(task, part.known.items) == [A, B]  # not the sale of 3 February
    lines = lines_of_known(part.known, len(task.data.item_ids))
    assert lines.customers.tolist() == [0]


def test_a_round_a_month_in_the_order_of_time(tmp_path: Path) -> None:
    lines = [*LINES, ("8", C, 1, "2010-04-01 10:00", 1.0, 7)]
    events = [(7, "2010-03-05", [D]), (7, "2010-02-10", [A]), (7, "2010-02-12", [A])]
    task = read(tmp_path, lines, events)
    assert [part.day for part in task.rounds] == [day_of("2010-02-01"), day_of("2010-03-01")]
    assert [len(part.questions) for part in task.rounds] == [2, 1]
    days = [int(question.moment.day) for question in task.questions]
    assert days == [day_of("2010-02-10"), day_of("2010-02-12"), day_of("2010-03-05")]
    assert len(task.data.contacts.days) == 3


@pytest.mark.parametrize(("next_order", "asked"), [("2010-05-11", 1), ("2010-05-12", 0)])
def test_the_next_order_comes_within_ninety_days(
    tmp_path: Path, next_order: str, asked: int
) -> None:
    """90 days after 10 February is 11 May; late in that day is within them."""
    lines = [*LINES[:3], ("4", A, 1, f"{next_order} 23:30", 1.0, 7), *LINES[6:]]
    sure = [
        ("9", A, 1, "2010-01-01 10:00", 1.0, 8),
        ("10", A, 1, "2010-01-02 10:00", 1.0, 8),
        ("11", A, 1, "2010-01-09 10:00", 1.0, 8),
    ]
    task = read(tmp_path, [*lines, *sure], [*EVENTS, (8, "2010-01-03", [A])])
    assert len(task.questions) == 1 + asked


@pytest.mark.parametrize(("second", "asked"), [("2010-01-20 09:00", 1), ("2010-01-05 23:00", 0)])
def test_two_order_days_are_needed_and_one_day_is_one(
    tmp_path: Path, second: str, asked: int
) -> None:
    lines = [LINES[0], ("2", B, 1, second, 2.0, 7), *LINES[3:]]
    if asked:
        assert len(read(tmp_path, lines, EVENTS).questions) == 1
    else:
        with pytest.raises(BadData, match="no return of a customer with 2 order days"):
            read(tmp_path, lines, EVENTS)


def test_fees_cancellations_and_returned_lines_are_no_orders(tmp_path: Path) -> None:
    noise: list[Line] = [
        ("20", "POST", 1, "2010-02-11 10:00", 1.0, 7),
        ("21", "10005ABC", 1, "2010-02-11 10:00", 1.0, 7),
        ("C22", B, 1, "2010-02-11 10:00", 1.0, 7),
        ("23", B, -1, "2010-02-11 10:00", 1.0, 7),
        ("24", B, 0, "2010-02-11 10:00", 1.0, 7),
    ]
    task = read(tmp_path, [*LINES, *noise], EVENTS)
    assert names(task, task.questions[0].target) == [A, D]
    assert task.data.item_ids == [A, B, C, D]
    assert task.data.customers == 1


def test_sales_to_nobody_known_count_for_what_is_popular_and_prices_are_the_first(
    tmp_path: Path,
) -> None:
    task = read(tmp_path, LINES, EVENTS)
    purchases = task.data.purchases
    assert purchases.customers.tolist() == [0, 0, -1, 0, 0, 0, 0]
    assert np.all(np.diff(purchases.days) >= 0)
    assert task.data.prices.tolist() == [1.5, 2.0, 3.0, 4.0]  # item A's later price is 9


def test_a_return_of_somebody_who_never_ordered_is_left_out(tmp_path: Path) -> None:
    task = read(tmp_path, LINES, [*EVENTS, (99, "2010-02-10", [A]), (7, "2010-02-11", None)])
    assert len(task.data.contacts.days) == 2
    assert len(task.questions) == 2


def test_bad_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    orders, events = written(tmp_path, LINES, EVENTS)
    absent = tmp_path / "absent.parquet"
    with pytest.raises(BadData, match=r"absent\.parquet is missing"):
        read_returns(absent, events)
    with pytest.raises(BadData, match="has no column CustomerID, Invoice, "):
        read_returns(events, events)
    with pytest.raises(BadData, match="has no column customer_id, event_date, returned_items"):
        read_returns(orders, orders)
    text = tmp_path / "text.parquet"
    text.write_text("Invoice,StockCode")
    with pytest.raises(BadData, match="cannot be read as Parquet"):
        read_returns(text, events)
    with pytest.raises(BadData, match="cannot be read as Parquet"):
        read_returns(tmp_path, events)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Quantity", ["two"] * 7),
        ("InvoiceDate", ["yesterday"] * 7),
        ("InvoiceDate", pa.array([None] * 7, pa.timestamp("us"))),
        ("CustomerID", ["somebody"] * 7),
        ("Price", [["1"]] * 7),
    ],
)
def test_a_column_of_another_kind_is_refused(tmp_path: Path, column: str, values: Any) -> None:
    orders, events = written(tmp_path, LINES, EVENTS)
    table = pq.read_table(orders)
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, pa.array(values)), orders)
    with pytest.raises(BadData, match="another kind"):
        read_returns(orders, events)


@pytest.mark.parametrize("items", [5, A])
def test_returned_items_that_are_no_lists_are_refused(tmp_path: Path, items: int | str) -> None:
    orders, events = written(tmp_path, LINES, EVENTS)
    table = pq.read_table(events)
    pq.write_table(table.set_column(2, "returned_items", pa.array([items])), events)
    with pytest.raises(BadData, match="another kind"):
        read_returns(orders, events)


def test_codes_and_customers_may_be_numbers_in_one_file_and_words_in_the_other(
    tmp_path: Path,
) -> None:
    orders, events = written(tmp_path, [(one[0], "10001", *one[2:]) for one in LINES], EVENTS)
    table = pq.read_table(events)
    table = table.set_column(0, "customer_id", pa.array(["7"]))
    pq.write_table(table.set_column(2, "returned_items", pa.array([[10001]])), events)
    (question,) = read_returns(orders, events).questions
    assert question.moment.contact_items.tolist() == [0]


def test_orders_without_events_leave_nothing_to_ask(tmp_path: Path) -> None:
    orders, events = written(tmp_path, LINES, EVENTS)
    pq.write_table(pq.read_table(events).slice(0, 0), events)
    with pytest.raises(BadData, match="no return of a customer"):
        read_returns(orders, events)


def test_a_missing_price_is_no_price(tmp_path: Path) -> None:
    orders, events = written(tmp_path, LINES, EVENTS)
    table = pq.read_table(orders)
    place = table.column_names.index("Price")
    none, one = pa.array([None] * 7, pa.float64()), pa.array([float("nan")] * 7)
    for prices in (none, one):
        pq.write_table(table.set_column(place, "Price", prices), orders)
        data = read_returns(orders, events).data
        assert data.prices.tolist() == [0.0] * 4


def test_orders_that_sell_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no line that sells an item"):
        read(tmp_path, [("C1", A, 1, "2010-01-05 10:00", 1.0, 7)], EVENTS)
