"""What the peer learns and stores: `python -m tests.bench.peer_fit EXPORT FOLDER`.

The same lines of the same customers that Encore's own training reads from the export.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import redis
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

from service.settings import from_environment

MODEL, ITEMS = "model.npz", "items.json"
FACTORS, ITERATIONS = 64, 15


def counts_key(customer_id: str) -> str:
    return f"peer:counts:{customer_id}"


def orders_key(customer_id: str) -> str:
    return f"peer:orders:{customer_id}"


def main(export: Path, folder: Path) -> None:
    settings = from_environment(os.environ)
    folder.mkdir()
    items = pq.read_table(export / "items.parquet").to_pylist()
    described = [
        {
            "item_id": item["item_id"],
            "name": item["name"],
            "price": {"amount": f"{item['price']:.2f}", "currency": settings.currency},
        }
        for item in items
    ]
    (folder / ITEMS).write_text(json.dumps(described))

    lines = pq.read_table(export / "lines.parquet")
    lines = lines.filter(lines["customer_id"].is_valid())
    encoded = lines["customer_id"].combine_chunks().dictionary_encode()
    customers, rows = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    place = {item["item_id"]: position for position, item in enumerate(items)}
    columns = np.array([place[item] for item in lines["item_id"].to_pylist()], dtype=np.int32)
    counts = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(customers), len(items))
    )

    model = AlternatingLeastSquares(FACTORS, iterations=ITERATIONS, random_state=1)
    model.fit(counts, show_progress=False)
    model.save(str(folder / MODEL))
    with redis.Redis.from_url(settings.redis_url) as store:
        pipeline = store.pipeline(transaction=False)
        for number, customer in enumerate(customers):
            row = counts[number]
            history = [row.indices.tolist(), row.data.tolist()]
            pipeline.set(counts_key(customer), json.dumps(history))
        for customer, orders in _orders(lines, settings.currency).items():
            pipeline.set(orders_key(customer), json.dumps(orders))
        pipeline.execute()


def _orders(lines: pa.Table, currency: str) -> dict[str, list[dict[str, Any]]]:
    """Each customer's orders, in the form in which an order is fed to Encore."""
    customers: dict[str, dict[str, dict[str, Any]]] = {}
    for line in lines.to_pylist():
        orders = customers.setdefault(line["customer_id"], {})
        about = {"placed_at": line["placed_at"].isoformat(), "currency": currency, "lines": []}
        order = orders.setdefault(line["order_id"], {"id": line["order_id"], **about})
        order["lines"].append(
            {
                "item_id": line["item_id"],
                "quantity": line["quantity"],
                "unit_price": str(line["unit_price"]),
            }
        )
    return {customer: list(orders.values()) for customer, orders in customers.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
