"""One file into the ledger, in batches of a thousand rows; called by `python -m service import`.

Every batch is a transaction, so an import that was interrupted is simply started again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from psycopg import Connection

from models.domain import CHANNELS, Order
from service.errors import BadInput
from service.importers import csv_orders, online_retail
from service.importers.csv_file import columns_of, read_csv
from service.importers.objects import KINDS, Rules, check_columns, read_numbered, read_objects
from service.importers.parquet_file import read_parquet, schema_of
from service.importers.report import ImportReport, Tally
from service.importers.values import from_csv, from_parquet
from service.ledger import feed, past_asks, past_outcomes
from service.ledger.rates import rate_of, upsert_rates

FORMATS = ("csv", "parquet", "online-retail")
BATCH = 1_000
BATCH_LINES = 50_000
"""A thousand orders of wholesalers may have millions of lines, too much for the memory."""
UPSERTS: dict[str, Callable[[Connection, Any], feed.Upserted]] = {
    "orders": feed.upsert_orders,
    "items": feed.upsert_items,
    "interactions": feed.upsert_interactions,
    "rates": upsert_rates,
}
ADD: dict[str, Callable[[Connection, Sequence[Any]], past_asks.Told]] = {
    "decisions": past_asks.add_decisions,
    "outcomes": lambda connection, outcomes: past_outcomes.add_outcomes(
        connection, outcomes, datetime.now(UTC)
    ),
}
"""What must fit what the ledger knows already; it may refuse rows."""
Forget = Callable[[frozenset[str]], object]


def import_file(
    connection: Connection,
    kind: str,
    path: Path,
    format: str,
    currency: str,
    forget: Forget,
    channels: Collection[str] = CHANNELS,
) -> ImportReport:
    """Import a file; importing it again changes nothing.

    Args:
        connection: in autocommit mode.
        kind: one of KINDS; with `online-retail` it is `orders`, which brings all three.
        format: one of FORMATS.
        currency: the ledger's.
        forget: drops the cached profiles of customers whose data changed.
        channels: what the policy declares; contacts in others are rejected.

    Raises:
        BadInput: nothing can be imported; the detail is one line that says why. No bad row
            raises: those are in the report.
    """
    if kind not in KINDS:
        raise BadInput(f"There is nothing called {kind!r} to import; use {', '.join(KINDS)}.")
    if format not in FORMATS:
        raise BadInput(f"There is no format {format!r}; use {', '.join(FORMATS)}.")
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    with Tally(path) as tally:
        store = partial(_store, connection, tally, forget)
        if format == "online-retail":
            online_retail.import_retail(path, kind, currency, tally, store)
        else:
            rules = Rules(kind, currency, channels, partial(rate_of, connection))
            read = _from_csv if format == "csv" else _from_parquet
            if kind in ADD:
                _add(connection, tally, forget, rules, read(path, rules, tally))
            else:
                store(kind, read(path, rules, tally))
        return tally.report()


def _from_csv(path: Path, rules: Rules, tally: Tally) -> Iterator[Any]:
    columns = columns_of(path)
    if rules.kind == "orders":
        check_columns(path, columns, csv_orders.COLUMNS, csv_orders.REQUIRED)
        scattered = csv_orders.scattered_ids(path)
        return csv_orders.read_orders(read_csv(path), scattered, rules.builder(), tally)
    check_columns(path, columns, rules.columns, rules.required)
    return _reader(rules)(read_csv(path), rules, from_csv, tally)


def _from_parquet(path: Path, rules: Rules, tally: Tally) -> Iterator[Any]:
    check_columns(path, schema_of(path).names, rules.columns, rules.required)
    return _reader(rules)(read_parquet(path), rules, from_parquet, tally)


def _reader(rules: Rules) -> Callable[..., Iterator[Any]]:
    return read_numbered if rules.kind in ADD else read_objects


def _store(
    connection: Connection, tally: Tally, forget: Forget, kind: str, values: Iterable[Any]
) -> None:
    """Write values of one kind; called once per kind, in the order items, orders, interactions."""
    for batch in _batches(values):
        done = UPSERTS[kind](connection, batch)
        tally.took(kind, done)
        if done.customer_ids:
            forget(done.customer_ids)


def _add(
    connection: Connection,
    tally: Tally,
    forget: Forget,
    rules: Rules,
    numbered: Iterable[tuple[int | str, Any]],
) -> None:
    """Write values that may be refused for what the ledger knows, each with its line."""
    for batch in _batches(numbered):
        done, refused = ADD[rules.kind](connection, [value for _, value in batch])
        for position, code, detail in refused:
            line, value = batch[position]
            tally.reject(line, getattr(value, rules.id_column), code, detail)
        tally.took(rules.kind, done)
        if done.customer_ids:
            forget(done.customer_ids)


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Up to BATCH values at a time; fewer when they are orders with very many lines."""
    batch: list[Any] = []
    lines = 0
    for value in values:
        batch.append(value)
        lines += len(value.lines) if isinstance(value, Order) else 0
        if len(batch) == BATCH or lines >= BATCH_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch
