"""`python -m training` on the smallest shops there are: it learns, or says in a line what to do."""

from __future__ import annotations

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
from training.load import COLUMNS, load

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
        schema = pa.schema([full.field(column) for column in COLUMNS[name]])
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
