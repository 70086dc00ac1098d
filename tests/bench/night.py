"""`make bench-night LINES=10000000`: what a night costs on a made shop of any size.

The shop's files are written as an export directly: the night reads nothing else, and ten million
lines would spend an hour in the ledger.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.bench import table
from tests.bench.stage import measure

LINES_A_CUSTOMER = 24.2
"""In the shop's default 18 months."""
ROWS_AT_ONCE = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.night", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="order lines, about")
    parser.add_argument("--items", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-night-") as made:
        shop, export, bundles = (Path(made) / name for name in ("shop", "export", "bundles"))
        customers = max(1, round(given.lines / LINES_A_CUSTOMER))
        size = ("--customers", str(customers), "--items", str(given.items))
        making = measure(
            "Making the shop", ("training.shop", str(shop), *size), os.environ, shop.parent
        )
        write_export(shop, export)
        night = ("training", str(export), "--bundles", str(bundles))
        learning = measure("The night", night, os.environ, shop.parent)
        bytes_of_it = sum(path.stat().st_size for path in bundles.rglob("*.npy"))
        log = (shop.parent / "steps.log").read_text().splitlines()
        table.show(
            [line for line in log if line.startswith("[")],
            table.steps([making, learning]),
            [f"The bundle has {bytes_of_it / table.MIB:,.0f} MiB."],
        )


def write_export(shop: Path, export: Path) -> None:
    """`lines`, `items` and `interactions` as `python -m service export` writes them."""
    export.mkdir()
    for name, columns in (("orders", _lines), ("items", _items), ("interactions", _interactions)):
        writer = None
        for part in _parts(shop / f"{name}.parquet"):
            rows = columns(part)
            if writer is None:
                place = export / f"{'lines' if name == 'orders' else name}.parquet"
                writer = pq.ParquetWriter(place, rows.schema, compression="zstd")
            writer.write_table(rows)
        if writer is not None:
            writer.close()


def _parts(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE):
            yield pa.Table.from_batches([batch])


def _lines(orders: pa.Table) -> pa.Table:
    orders = orders.filter(pc.is_null(orders["cancelled_at"]))
    lines = orders["lines"].combine_chunks()
    of, bought = pc.list_parent_indices(lines), pc.list_flatten(lines)
    return pa.table(
        {
            "order_id": orders["id"].take(of),
            "customer_id": orders["customer_id"].take(of),
            "placed_at": orders["placed_at"].take(of),
            "item_id": bought.field("item_id"),
            "quantity": bought.field("quantity").cast(pa.int32()),
            "unit_price": bought.field("unit_price").cast(pa.float64()),
        }
    )


def _items(items: pa.Table) -> pa.Table:
    return pa.table(
        {
            "item_id": items["id"],
            "category": items["category"],
            "price": items["price"].cast(pa.float64()),
            "sellable": items["sellable"],
        }
    )


def _interactions(contacts: pa.Table) -> pa.Table:
    about = contacts["items"].combine_chunks()
    named = pc.list_flatten(about).field("item_id")
    bounds = pc.add(about.offsets, pa.scalar(-about.offsets[0].as_py(), pa.int32()))
    return pa.table(
        {
            "customer_id": contacts["customer_id"],
            "occurred_at": contacts["resolved_at"],
            "topic": contacts["topic"],
            "status": contacts["status"],
            "item_ids": pa.ListArray.from_arrays(bounds, named),
        }
    )


if __name__ == "__main__":
    main()
