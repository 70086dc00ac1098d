"""Step 1: read what `python -m service export DIR` wrote, into columns of small numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.purchases import Days, Floats, Ints, Purchases

SECONDS_A_DAY = 86_400
STRAY = 0.0005
"""Share of the newest lines that may be strays: less than a night's worth of a year's orders."""
COLUMNS = {
    "lines": ("order_id", "customer_id", "placed_at", "item_id", "quantity", "unit_price"),
    "items": ("item_id", "category", "price", "sellable"),
    "interactions": ("customer_id", "occurred_at", "topic", "status", "item_ids"),
}


class BadData(Exception):
    """The folder does not hold what the training needs; says what to do."""


@dataclass(frozen=True, slots=True)
class Lists(Sequence[Ints]):
    """Lists of positions in two columns.

    Attributes:
        values: of all lists, one after another, int32[m].
        bounds: where each list begins in `values`, and where the last ends, int64[n + 1].
    """

    values: Ints
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, place: Any) -> Any:
        return self.values[self.bounds[place] : self.bounds[place + 1]]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Resolved contacts of known customers, sorted by time.

    Attributes:
        customers: positions, int32[n].
        days: days since 1970-01-01 UTC, float64[n].
        topics: one per contact, the strings shared by all contacts with the same.
        items: positions of the items each was about.
    """

    customers: Ints
    days: Days
    topics: Sequence[str] | NDArray[np.object_]
    items: Sequence[Ints]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything the night learns from; positions in the columns point into the id lists."""

    item_ids: Sequence[str]
    prices: Floats
    categories: Ints
    sellable: NDArray[np.bool_]
    customers: int
    purchases: Purchases
    contacts: Contacts

    @property
    def end(self) -> float:
        """The first day after the orders, but for stray ones: a few dated far from all others."""
        return float(np.floor(np.quantile(self.purchases.days, 1 - STRAY))) + 1.0


def load(folder: Path) -> Dataset:
    """Read `lines`, `items` and `interactions` of an export.

    Raises:
        BadData: a file or a column is missing, or there is no order, or nothing to sell.
    """
    lines, items, contacts = (_read(folder, name) for name in COLUMNS)
    if not len(lines):
        raise BadData(f"{folder} holds no orders yet; import some, export again, then train")
    lines = lines.sort_by([("placed_at", "ascending"), ("order_id", "ascending")])
    item_ids = pc.unique(pa.concat_arrays([_plain(items, "item_id"), _plain(lines, "item_id")]))
    customer_ids = pc.unique(_plain(lines, "customer_id")).drop_null()
    prices, categories, sellable = _describe_items(items, lines, item_ids)
    if not sellable.any():
        raise BadData(f"{folder} names no item that may be sold; import items, then export again")
    purchases = Purchases(
        customers=positions(lines["customer_id"], customer_ids),
        orders=ordinals(lines["order_id"]),
        items=positions(lines["item_id"], item_ids),
        days=days_of(lines["placed_at"]),
        quantities=numbers(lines["quantity"]),
        prices=numbers(lines["unit_price"]),
    )
    return Dataset(
        item_ids=item_ids.to_pylist(),
        prices=prices,
        categories=categories,
        sellable=sellable,
        customers=len(customer_ids),
        purchases=purchases,
        contacts=_contacts(contacts, customer_ids, item_ids),
    )


def _read(folder: Path, name: str) -> pa.Table:
    path = folder / f"{name}.parquet"
    try:
        return pq.read_table(path, columns=list(COLUMNS[name]))
    except FileNotFoundError as error:
        raise BadData(f"{path} is missing; write it with `python -m service export`") from error
    except (pa.ArrowInvalid, OSError) as error:
        raise BadData(f"{path} cannot be read as Parquet: {error}") from error


def _plain(table: pa.Table, column: str) -> pa.Array:
    return table[column].cast(pa.string()).combine_chunks()


def positions(values: pa.ChunkedArray | pa.Array, ids: pa.Array) -> Ints:
    """Where each value stands in `ids`, -1 where it does not."""
    found = pc.fill_null(pc.index_in(values, value_set=ids), -1)
    return np.asarray(found, dtype=np.int32)


def ordinals(values: pa.ChunkedArray) -> Ints:
    """Equal values get equal numbers, counted up in the order of appearance."""
    encoded = values.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(), dtype=np.int32)


def days_of(times: pa.ChunkedArray) -> Days:
    seconds = times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy() / 1e6
    return np.asarray(seconds / SECONDS_A_DAY, dtype=np.float64)


def numbers(values: pa.ChunkedArray) -> Floats:
    """What is missing is 0."""
    found = values.cast(pa.float64()).to_numpy()
    return np.asarray(np.nan_to_num(found), dtype=np.float32)


def _describe_items(
    items: pa.Table, lines: pa.Table, item_ids: pa.Array
) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Price, 0 where none is known, category and sellable; not, if known from orders alone."""
    n, places = len(item_ids), positions(items["item_id"], item_ids)
    prices = np.zeros(n, dtype=np.float32)
    for table, name in ((lines, "unit_price"), (items, "price")):
        priced = table.select(["item_id", name]).filter(pc.is_finite(table[name]))
        prices[positions(priced["item_id"], item_ids)] = numbers(priced[name])
    categories, sellable = np.full(n, -1, dtype=np.int32), np.zeros(n, dtype=bool)
    names = pc.unique(items["category"]).drop_null().sort()
    categories[places] = positions(items["category"], names)
    sellable[places] = items["sellable"].to_numpy()
    return prices, categories, sellable


def _contacts(table: pa.Table, customer_ids: pa.Array, item_ids: pa.Array) -> Contacts:
    table = table.filter(pc.equal(table["status"], "resolved")).sort_by("occurred_at")
    customers = positions(table["customer_id"], customer_ids)
    table, customers = table.filter(pa.array(customers >= 0)), customers[customers >= 0]
    topics = table["topic"].combine_chunks().dictionary_encode()
    return Contacts(
        customers=customers,
        days=days_of(table["occurred_at"]),
        topics=np.asarray(topics.dictionary.to_pylist(), dtype=object)[topics.indices.to_numpy()],
        items=_lists(table["item_ids"].combine_chunks(), item_ids),
    )


def _lists(names: pa.ListArray, ids: pa.Array) -> Lists:
    """Positions of the known ones of each list."""
    values = positions(pc.list_flatten(names), ids)
    counts = np.bincount(
        pc.list_parent_indices(names).to_numpy()[values >= 0], minlength=len(names)
    )
    return Lists(values[values >= 0], np.append(0, np.cumsum(counts)))
