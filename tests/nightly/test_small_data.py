"""`python -m training` on the smallest shops there are: it learns, or says in a line what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models import bundle
from service.ledger.export import TABLES
from training.__main__ import BAD_INPUT, PUBLISHED, REFUSED, main
from training.load import COLUMNS, BadData, load

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
Row = tuple[Any, ...]


def orders(
    customers: Sequence[str | None] = [f"c{n}" for n in range(30)],
    times: int = 12,
    days: float = 300,
    items: int = 10,
    price: float | None = 5.0,
) -> list[Row]:
    """Lines of three items each, one of which changes; everybody orders `times` in `days`."""
    return [
        (f"o{number}-{time}", customer, BEGIN + timedelta(days * time / times, minutes=number),
         f"i{(number + turn * (1 + time * (turn == 2))) % items}", 1, price)
        for number, customer in enumerate(customers)
        for time in range(times)
        for turn in range(3)
    ]  # fmt: skip


def items(n: int = 10, price: float | None = 5.0, sellable: bool = True) -> list[Row]:
    return [(f"i{number}", "lamps", price, sellable) for number in range(n)]


def exported(
    folder: Path, lines: list[Row], items: list[Row], contacts: Sequence[Row] = ()
) -> Path:
    """An export with only what the training reads."""
    for name, rows in (("lines", lines), ("items", items), ("interactions", contacts)):
        full = TABLES[name][1]
        schema = pa.schema([full.field(column) for column in COLUMNS[name].names])
        table = [dict(zip(schema.names, row, strict=True)) for row in rows]
        pq.write_table(pa.Table.from_pylist(table, schema=schema), folder / f"{name}.parquet")
    return folder


def train(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["training", str(folder), "--bundles", str(folder / "bundles")])
    return main()


ONCE = [(f"o{n}", f"c{n}", BEGIN + timedelta(days=n), "i1", 1, 5.0) for n in range(200)]


@pytest.mark.parametrize(
    ("lines", "sold", "says"),
    [
        (orders(days=0.4), items(), "at least 60 are needed to train"),
        (orders(customers=[None] * 30), items(), "import orders that name their customers"),
        (ONCE, items(), "no known customer ordered again"),
        (orders(), items(sellable=False), "names no item that may be sold; import items"),
        (orders(), [], "names no item that may be sold; import items"),
        ([], items(), "holds no orders yet; import some"),
    ],
    ids=["one day", "nobody named", "nobody again", "nothing sellable", "no items", "no orders"],
)  # fmt: skip
def test_what_nothing_can_be_learned_from_is_refused_in_a_line(
    lines: list[Row],
    sold: list[Row],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train(exported(tmp_path, lines, sold), monkeypatch) == BAD_INPUT
    error = capsys.readouterr().err
    assert error.startswith("cannot train: ")
    assert says in error
    assert error.count("\n") == 1
    assert not (tmp_path / "bundles").exists()


def test_one_customer_is_too_few_to_measure_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = exported(tmp_path, orders(["lea"], times=60), items())
    assert train(alone, monkeypatch) == REFUSED
    assert "only 1 orders to measure on, at least 30 are needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "sold"),
    [
        (orders(price=None), items(n=70, price=None)),
        (orders(items=1), items(n=1)),
        (orders(["lea"], times=60), items()),
    ],
    ids=["no contact, no price, most never sold", "one item", "one customer"],
)
def test_what_little_there_is_makes_a_whole_model(
    lines: list[Row], sold: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate, which would refuse, is left open: what it lets pass could be served."""
    monkeypatch.setattr("training.__main__.reasons_to_refuse", lambda *_: [])
    assert train(exported(tmp_path, lines, sold), monkeypatch) == PUBLISHED
    bundles = tmp_path / "bundles"
    recommender = bundle.load(bundles, str(bundle.current(bundles))).recommender
    assert len(recommender.catalogue) == len(sold)
    assert np.isfinite(recommender.catalogue.facts).all()


def test_an_unknown_price_is_that_of_the_last_order_and_else_nothing(tmp_path: Path) -> None:
    at = [BEGIN + timedelta(days=day) for day in range(4)]
    lines = [
        ("o1", "lea", at[0], "i0", 1, 2.0),
        ("o2", "lea", at[1], "i0", 1, 3.0),
        ("o3", "lea", at[2], "i0", None, None),
        ("o4", "lea", at[3], "i1", 1, float("nan")),
        ("o5", "lea", at[3], "i2", 1, 4.0),
    ]
    sold = [("i0", None, None, True), ("i1", None, float("nan"), True), ("i2", None, 6.0, True)]
    data = load(exported(tmp_path, lines, sold))
    assert data.prices.tolist() == [3, 0, 6]
    assert data.purchases.prices.tolist() == [2, 3, 0, 0, 4]
    assert data.purchases.quantities.tolist() == [1, 1, 0, 1, 1]


def test_times_of_another_zone_are_the_same_instants(tmp_path: Path) -> None:
    """Around midnight, when the two clocks show different days."""
    lines = [
        ("o1", "lea", datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "i0", 1, 2.0),
        ("o2", "lea", datetime(2026, 1, 2, 0, 30, tzinfo=UTC), "i1", 1, 2.0),
        ("o3", "lea", datetime(2026, 1, 2, 23, 30, tzinfo=UTC), "i2", 1, 2.0),
    ]
    folder = exported(tmp_path, lines, items())
    here = load(folder).purchases
    table = pq.read_table(folder / "lines.parquet")
    there = table["placed_at"].cast(pa.timestamp("us", "+05:30"))
    pq.write_table(table.set_column(2, "placed_at", there), folder / "lines.parquet")
    assert load(folder).purchases.days.tolist() == here.days.tolist()
    (history,) = here.histories().values()
    assert history.orders.tolist() == [0, 1, 1]


def test_where_nothing_can_be_published_nothing_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exported(tmp_path, orders(), items()).joinpath("bundles").write_text("")
    with pytest.raises(SystemExit) as end:
        train(tmp_path, monkeypatch)
    assert end.value.code == BAD_INPUT
    said = capsys.readouterr()
    assert "bundles is a file; name a folder" in said.err
    assert not said.out


def changed(folder: Path, name: str, **columns: Any) -> Path:
    """An export in whose file `name` these columns were written otherwise; None leaves one out."""
    contacts = [("c0", BEGIN, "return", "resolved", ["i1"])] * 3
    path = exported(folder, orders()[:3], items(3), contacts) / f"{name}.parquet"
    table = pq.read_table(path)
    for column, values in columns.items():
        place = table.schema.get_field_index(column)
        table = table.remove_column(place)
        if values is not None:
            table = table.add_column(place, column, pa.array(values))
    pq.write_table(table, path)
    return folder


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("lines", "order_id"),
        ("lines", "placed_at"),
        ("lines", "item_id"),
        ("items", "item_id"),
        ("items", "sellable"),
        ("interactions", "occurred_at"),
        ("interactions", "topic"),
        ("interactions", "status"),
    ],
)
def test_a_value_that_must_be_known_is_asked_for(name: str, column: str, tmp_path: Path) -> None:
    values = pq.read_table(changed(tmp_path, name) / f"{name}.parquet")[column].to_pylist()
    says = rf"{name}\.parquet has no {column} in 1 of 3 rows; write it anew with `python -m"
    with pytest.raises(BadData, match=says):
        load(changed(tmp_path, name, **{column: [values[0], None, values[2]]}))


@pytest.mark.parametrize(
    ("name", "column", "values", "says"),
    [
        ("lines", "order_id", [1.0, 2.0, 3.0], "double in the column order_id, not string"),
        ("lines", "placed_at", [1_767_268_800] * 3, "int64 in the column placed_at, not timestamp"),
        ("lines", "placed_at", [BEGIN.replace(tzinfo=None)] * 3, "not timestamp[us, tz=UTC]"),
        ("lines", "item_id", [1, 2, 3], "int64 in the column item_id, not string"),
        ("lines", "quantity", ["1", "2", "two"], "string in the column quantity, not double"),
        ("items", "price", [True] * 3, "bool in the column price, not double"),
        ("items", "sellable", ["false"] * 3, "string in the column sellable, not bool"),
        ("interactions", "topic", [b"\xff"] * 3, "binary in the column topic, not string"),
        ("interactions", "item_ids", ["i1"] * 3, "string in the column item_ids, not list"),
        ("interactions", "item_ids", [[1]] * 3, "list<element: int64> in the column item_ids"),
    ],
)
def test_a_column_of_another_kind_is_not_guessed_at(
    name: str, column: str, values: list[Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(BadData, match=rf"{name}\.parquet has .*{re.escape(says)}.*; write it anew"):
        load(changed(tmp_path, name, **{column: values}))


def test_all_that_is_wrong_with_the_columns_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = changed(tmp_path, "lines", customer_id=None, placed_at=None, quantity=["1"] * 3)
    assert train(folder, monkeypatch) == BAD_INPUT
    assert capsys.readouterr().err.endswith(
        "lines.parquet has no column customer_id and has no column placed_at and has string in "
        "the column quantity, not double; write it anew with `python -m service export`\n"
    )


def test_a_column_that_is_there_twice_is_refused_in_a_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "items") / "items.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("price", table["price"]), path)
    with pytest.raises(BadData, match=r"items\.parquet has more than one column price; write .*$"):
        load(tmp_path)


def test_a_time_finer_than_a_microsecond_is_refused(tmp_path: Path) -> None:
    times = pa.array([1_767_268_800_000_000_001] * 3, pa.timestamp("ns", "UTC"))
    with pytest.raises(
        BadData, match=r"lines\.parquet has in the column placed_at what is no .*us"
    ):
        load(changed(tmp_path, "lines", placed_at=times))


def test_columns_of_which_nothing_is_known_may_have_no_kind(tmp_path: Path) -> None:
    """Anonymous sales, items of no category, contacts about nothing: some writers leave it out."""
    nothing = pa.nulls(3)
    data = load(changed(tmp_path, "items", category=nothing, price=nothing))
    assert data.categories.tolist() == [-1] * 3
    data = load(changed(tmp_path, "interactions", item_ids=nothing))
    assert [about.tolist() for about in data.contacts.items] == [[]] * 3
    data = load(changed(tmp_path, "lines", customer_id=nothing, quantity=nothing))
    assert data.purchases.customers.tolist() == [-1] * 3
    assert not len(data.contacts.days)


def test_words_are_the_same_however_they_are_stored(tmp_path: Path) -> None:
    here = load(changed(tmp_path, "lines"))
    table = pq.read_table(tmp_path / "lines.parquet")
    for kind in (pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        words = {
            name: table[name].cast(kind).combine_chunks()
            for name in ("order_id", "customer_id", "item_id")
        }
        there = load(changed(tmp_path, "lines", **words))
        assert there.item_ids == here.item_ids
        assert there.purchases.items.tolist() == here.purchases.items.tolist()
        assert there.purchases.customers.tolist() == [0, 0, 0]


def test_a_line_of_which_a_piece_came_back_is_a_returned_one(tmp_path: Path) -> None:
    """By order and item; a refund of what nobody bought is none. Without the file, None."""
    folder = exported(tmp_path, ONCE[:4], items())
    assert load(folder).returned is None
    refunds = [("o2", "i1"), ("o3", "i7"), ("lost", "i1")]
    rows = [dict(zip(("order_id", "item_id"), row, strict=True)) for row in refunds]
    pq.write_table(pa.Table.from_pylist(rows), folder / "refunds.parquet")
    returned = load(folder).returned
    assert returned is not None
    assert returned.tolist() == [False, False, True, False]
