"""Step 1: read what `python -m service export DIR` wrote, into columns of small numbers."""

from __future__ import annotations

import dataclasses
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
WORD, NUMBER, FLAG = pa.string(), pa.float64(), pa.bool_()
TIME = pa.timestamp("us", "UTC")
COLUMNS = {
    "lines": pa.schema([
        pa.field("order_id", WORD, nullable=False), ("customer_id", WORD),
        pa.field("placed_at", TIME, nullable=False), pa.field("item_id", WORD, nullable=False),
        ("quantity", NUMBER), ("unit_price", NUMBER),
    ]),
    "items": pa.schema([
        pa.field("item_id", WORD, nullable=False), ("category", WORD), ("price", NUMBER),
        pa.field("sellable", FLAG, nullable=False),
    ]),
    "interactions": pa.schema([
        ("customer_id", WORD), pa.field("occurred_at", TIME, nullable=False),
        pa.field("topic", WORD, nullable=False), pa.field("status", WORD, nullable=False),
        ("item_ids", pa.list_(WORD)),
    ]),
    "refunds": pa.schema([
        pa.field("order_id", WORD, nullable=False), pa.field("item_id", WORD, nullable=False),
    ]),
}  # fmt: skip
"""What each file must have, numbers of any width. A null, where it may be, says: not known."""
UNREADABLE = (pa.ArrowInvalid, pa.ArrowNotImplementedError)
EXPORT = "`python -m service export`"


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
    """Everything the night learns from; positions in the columns point into the id lists.

    `returned` says of each line of the purchases whether money was given back for it; None: nobody
    tells of refunds.
    """

    item_ids: Sequence[str]
    prices: Floats
    categories: Ints
    sellable: NDArray[np.bool_]
    customers: int
    purchases: Purchases
    contacts: Contacts
    customer_ids: pa.Array = dataclasses.field(default_factory=lambda: pa.array([], WORD))
    """In the order of their positions; empty where nobody needs them."""
    returned: NDArray[np.bool_] | None = None

    @property
    def end(self) -> float:
        """The first day after the orders, but for stray ones: a few dated far from all others."""
        return float(np.floor(np.quantile(self.purchases.days, 1 - STRAY))) + 1.0


def load(folder: Path) -> Dataset:
    """Read `lines`, `items`, `interactions` and, where there are any, `refunds` of an export.

    Raises:
        BadData: a file, a column or a value is missing, a column is of another kind than in
            COLUMNS, or there is no order, or nothing to sell.
    """
    lines, items, contacts = (
        read_columns(folder / f"{name}.parquet", COLUMNS[name])
        for name in ("lines", "items", "interactions")
    )
    if not len(lines):
        raise BadData(f"{folder} holds no orders yet; import some, export again, then train")
    lines = lines.sort_by([("placed_at", "ascending"), ("order_id", "ascending")])
    item_ids = pc.unique(pa.chunked_array(items["item_id"].chunks + lines["item_id"].chunks, WORD))
    customer_ids = pc.unique(lines["customer_id"]).drop_null()
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
        customer_ids=customer_ids,
        returned=_returned(folder, lines, item_ids),
    )


def read_columns(path: Path, wanted: pa.Schema) -> pa.Table:
    """Those columns of a file, each of the kind that is wanted; raises BadData as `load` does."""
    try:
        file = pq.ParquetDataset(path)
        if faults := _faults_of_columns(file.schema, wanted):
            raise _bad(path, faults)
        table = file.read(columns=wanted.names)
    except FileNotFoundError as error:
        raise BadData(f"{path} is missing; write it with {EXPORT}") from error
    except (*UNREADABLE, OSError) as error:
        raise BadData(f"{path} cannot be read as Parquet: {error}") from error
    table = _as_wanted(path, table, wanted)
    if faults := _faults_of_values(table, wanted):
        raise _bad(path, faults)
    return table


def _bad(path: Path, faults: Sequence[str]) -> BadData:
    return BadData(f"{path} {' and '.join(faults)}; write it anew with {EXPORT}")


def _faults_of_columns(found: pa.Schema, wanted: pa.Schema) -> list[str]:
    """Seen before any row is read."""
    faults = []
    for field in wanted:
        places = found.get_all_field_indices(field.name)
        if len(places) != 1:
            faults.append(f"has {'more than one' if places else 'no'} column {field.name}")
        elif not _means(kind := found.field(places[0]).type, field.type):
            faults.append(f"has {kind} in the column {field.name}, not {field.type}")
    return faults


def _means(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values of the one kind are read as the other without a guess.

    A number is no time: nobody knows its unit. Neither is a time without a zone.
    """
    kinds = pa.types
    if kinds.is_null(found):  # a column without a value, for all that its writer knew
        return True
    if wanted == WORD:
        word = found.value_type if kinds.is_dictionary(found) else found
        return word in (WORD, pa.large_string(), pa.string_view())
    if wanted == NUMBER:
        return any(of(found) for of in (kinds.is_integer, kinds.is_floating, kinds.is_decimal))
    if wanted == TIME:
        return kinds.is_timestamp(found) and found.tz is not None
    if kinds.is_list(wanted):
        several = kinds.is_list(found) or kinds.is_large_list(found)
        return several and _means(found.value_type, wanted.value_type)
    return bool(found == wanted)


def _as_wanted(path: Path, table: pa.Table, wanted: pa.Schema) -> pa.Table:
    """One kind for each column, but numbers as they came: here they would live on as float64."""
    for place, field in enumerate(wanted):
        if field.type == NUMBER or table[field.name].type == field.type:
            continue
        try:
            column = table[field.name].cast(field.type)
        except UNREADABLE as error:
            fault = f"has in the column {field.name} what is no {field.type} ({error})"
            raise _bad(path, [fault]) from error
        table = table.set_column(place, field.name, column)
    return table


def _faults_of_values(table: pa.Table, wanted: pa.Schema) -> list[str]:
    missing = {field.name: table[field.name].null_count for field in wanted if not field.nullable}
    return [
        f"has no {name} in {count:,} of {len(table):,} rows"
        for name, count in missing.items()
        if count
    ]


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


def _returned(folder: Path, lines: pa.Table, item_ids: pa.Array) -> NDArray[np.bool_] | None:
    """By order and item: a line of which one piece came back counts as a whole."""
    path = folder / "refunds.parquet"
    if not path.exists():
        return None
    order_ids = pc.unique(lines["order_id"])

    def keys(table: pa.Table) -> NDArray[np.int64]:
        order, item = (
            positions(table[name], ids).astype(np.int64)
            for name, ids in (("order_id", order_ids), ("item_id", item_ids))
        )
        return np.where((order < 0) | (item < 0), -1, order * len(item_ids) + item)

    return np.isin(keys(lines), keys(read_columns(path, COLUMNS["refunds"])))


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
