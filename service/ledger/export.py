"""Writes what the ledger knows as Parquet, for the night: `python -m service export DIR`.

All files show one moment of the ledger. They are written beside DIR and take its place at the
end, so that a reader finds an old or a new export, never half of one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Connection, ServerCursor
from tqdm import tqdm

from service.errors import BadInput

ROWS_AT_ONCE: Final = 50_000
"""Rows of a row group, and the most that are in memory."""
MANIFEST: Final = "manifest.json"

MOMENT = pa.timestamp("us", "UTC")
WORD, WORDS, NUMBERS = pa.string(), pa.list_(pa.string()), pa.list_(pa.float64())

Table = tuple[str, pa.Schema]
TABLES: Final[dict[str, Table]] = {
    "lines": (
        """
        SELECT line.order_id, person.id, orders.placed_at, line.item_id, line.quantity,
               line.unit_price::float8
        FROM orders JOIN order_lines AS line ON line.order_id = orders.id
             LEFT JOIN customers AS person ON person.id = orders.customer_id AND NOT objected
        WHERE orders.cancelled_at IS NULL
        ORDER BY orders.placed_at, orders.id, line.position
        """,
        pa.schema({
            "order_id": WORD, "customer_id": WORD, "placed_at": MOMENT, "item_id": WORD,
            "quantity": pa.int32(), "unit_price": pa.float64(),
        }),
    ),
    "refunds": (
        """
        SELECT refund.order_id, person.id, refund.item_id, refund.quantity,
               refund.amount::float8, refund.refunded_at
        FROM orders JOIN refunds AS refund ON refund.order_id = orders.id
             LEFT JOIN customers AS person ON person.id = orders.customer_id AND NOT objected
        WHERE orders.cancelled_at IS NULL
        ORDER BY refund.refunded_at, refund.order_id, refund.position
        """,
        pa.schema({
            "order_id": WORD, "customer_id": WORD, "item_id": WORD, "quantity": pa.int32(),
            "amount": pa.float64(), "refunded_at": MOMENT,
        }),
    ),
    "items": (
        """
        SELECT id, name, category, price::float8, unit_cost::float8, sellable FROM items
        ORDER BY id
        """,
        pa.schema({
            "item_id": WORD, "name": WORD, "category": WORD, "price": pa.float64(),
            "unit_cost": pa.float64(), "sellable": pa.bool_(),
        }),
    ),
    "interactions": (
        """
        SELECT contact.id, person.id, occurred_at, channel, topic, status,
               ARRAY(SELECT item ->> 'item_id' FROM jsonb_array_elements(items) AS item),
               ARRAY(SELECT item ->> 'reason' FROM jsonb_array_elements(items) AS item)
        FROM interactions AS contact
             JOIN customers AS person ON person.id = contact.customer_id AND NOT objected
        ORDER BY occurred_at, contact.id
        """,
        pa.schema({
            "interaction_id": WORD, "customer_id": WORD, "occurred_at": MOMENT, "channel": WORD,
            "topic": WORD, "status": WORD, "item_ids": WORDS, "reasons": WORDS,
        }),
    ),
    "decisions": (
        """
        SELECT suggestion_id, interaction_id, person.id, decided_at, decision, arm, item_ids,
               model_version, policy_version, script_id, script_variant, propensity,
               (record #>> '{exploration,variant_probability}')::float8,
               ARRAY(SELECT one ->> 'item_id' FROM json_array_elements(drawn_from) AS one),
               ARRAY(SELECT (one ->> 'worth')::float8 FROM json_array_elements(drawn_from) AS one),
               ARRAY(SELECT (one ->> 'gain')::float8 FROM json_array_elements(drawn_from) AS one),
               ARRAY(SELECT (one ->> 'probability')::float8
                     FROM json_array_elements(drawn_from) AS one)
        FROM decisions JOIN customers AS person ON person.id = customer_id AND NOT objected,
             LATERAL (SELECT record #> '{exploration,eligible}') AS _ (drawn_from)
        ORDER BY decided_at, suggestion_id
        """,
        pa.schema({
            "suggestion_id": WORD, "interaction_id": WORD, "customer_id": WORD,
            "decided_at": MOMENT, "decision": WORD, "arm": WORD, "item_ids": WORDS,
            "model_version": WORD, "policy_version": WORD, "script_id": WORD,
            "script_variant": WORD, "propensity": pa.float64(),
            "variant_probability": pa.float64(), "eligible_ids": WORDS,
            "eligible_worths": NUMBERS, "eligible_gains": NUMBERS,
            "eligible_probabilities": NUMBERS,
        }),
    ),
    "outcomes": (
        """
        SELECT event_id, suggestion_id, outcomes.item_id, result, occurred_at
        FROM outcomes JOIN decisions USING (suggestion_id)
             JOIN customers AS person ON person.id = customer_id AND NOT objected
        ORDER BY occurred_at, event_id
        """,
        pa.schema({
            "event_id": WORD, "suggestion_id": WORD, "item_id": WORD, "result": WORD,
            "occurred_at": MOMENT,
        }),
    ),
}  # fmt: skip
"""The query and the columns of each file. Cancelled orders were no purchases: they are left out.

Of a customer who objected to marketing nothing personal is learned (GDPR art. 21(3)): their orders
are anonymous, their contacts and decisions are left out.

`reasons` stand beside `item_ids`, null where none was given. `eligible_…` are aligned with each
other: what could have come first, with the worth that was weighed, what a yes is worth, and the
calibrated chance; `propensity` is that of the first of `item_ids`.
"""


def export(connection: Connection, folder: Path) -> dict[str, int]:
    """Write every table of TABLES to `folder`, in place of the export that may be there.

    Args:
        connection: in autocommit mode.

    Returns:
        How many rows each file has.

    Raises:
        BadInput: `folder` is there and holds something else.
    """
    folder = folder.absolute()
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            counts = {
                name: _write(connection, query, schema, partial / f"{name}.parquet")
                for name, (query, schema) in TABLES.items()
            }
            currency = _currency(connection)
        manifest = json.dumps({"currency": currency, "rows": counts}, indent=2)
        (partial / MANIFEST).write_text(manifest + "\n")
        partial.chmod(0o755)
        _put_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return counts


def _refuse_foreign(folder: Path) -> None:
    """Replacing a folder deletes what is in it, so it must be an export or empty."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(f"{folder} is a file; name a folder.")
    if any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise BadInput(f"{folder} holds other files; name a new folder, or an older export.")


def _write(connection: Connection, query: str, schema: pa.Schema, path: Path) -> int:
    count = 0
    with (
        path.open("wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
        tqdm(desc=path.stem, unit=" rows", disable=None) as bar,
    ):
        for batch in _batches(connection, query, schema):
            writer.write_batch(batch, row_group_size=ROWS_AT_ONCE)
            count += len(batch)
            bar.update(len(batch))
        writer.close()
        file.flush()
        os.fsync(file.fileno())
    return count


def _batches(connection: Connection, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with ServerCursor(connection, "encore_export") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array(column, type=kind)
                for column, kind in zip(columns, schema.types, strict=True)
            ]
            yield pa.record_batch(arrays, schema=schema)


def _currency(connection: Connection) -> str | None:
    """The ledger keeps one; None as long as it is empty."""
    found: tuple[Any, ...] | None = connection.execute(
        "(SELECT currency FROM items LIMIT 1) UNION ALL (SELECT currency FROM orders LIMIT 1)"
    ).fetchone()
    return found[0] if found else None


def _put_in_place(partial: Path, folder: Path) -> None:
    """Two renames, since a folder with files cannot be replaced by one."""
    old = partial.with_name(partial.name + ".old")
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
