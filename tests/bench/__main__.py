"""`make bench`: the service beside an empty route and the obvious peer, the night, the start.

On the made shop, and on a real retailer too where ORDERS names its file; on Linux, whose books
under /proc it reads. Trust the ratios: all that is compared ran in turns within the same minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from service.first_fill import Source, source_of
from tests.bench.contenders import contenders
from tests.bench.plan import FULL, QUICK
from tests.bench.rounds import Series
from tests.bench.sizes import sizes
from tests.bench.worker_classes import worker_classes

SMALL_SHOP = "--seed 3 --items 300 --customers 700 --months 12"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    orders = os.environ.get("ORDERS")
    parser.add_argument("--orders", type=Path, default=Path(orders) if orders else None)
    parser.add_argument("--quick", action="store_true", help="a small shop and few rounds")
    parser.add_argument(
        "--worker-classes", action="store_true", help="compare gunicorn's worker classes instead"
    )
    parser.add_argument(
        "--items",
        type=_counts,
        default=os.environ.get("ITEMS") or None,
        metavar="N,N,…",
        help="compare made shops with catalogues of these sizes instead, smallest first",
    )
    parser.add_argument("--rounds", type=int, help=f"default: {FULL.rounds}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the data here, and use it next time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    if given.rounds:
        plan = replace(plan, rounds=given.rounds)
    if given.items:
        with _folder(given.folder, "sizes") as folder:
            _write(given.json, sizes(given.items, folder, plan, random.Random(given.seed)))
        return
    sources = [Source(SMALL_SHOP if given.quick else "")]
    retailer = source_of("", given.orders)
    if retailer is not None:
        sources.append(retailer)
    began, figures = time.monotonic(), {}
    for source in sources:
        name = "retailer" if source.orders else "shop"
        with _folder(given.folder, name) as folder:
            bench = worker_classes if given.worker_classes else contenders
            figures[str(source)] = bench(source, folder, plan, random.Random(given.seed))
    print(f"\nAll of it took {time.monotonic() - began:.0f} s.")
    _write(given.json, figures)


def _counts(text: str) -> list[int]:
    return [int(count) for count in text.split(",")]


def _write(file: Path | None, figures: dict[str, Any]) -> None:
    if file:
        file.write_text(json.dumps(figures, indent=2, default=_plain) + "\n")


@contextmanager
def _folder(kept: Path | None, name: str) -> Iterator[Path]:
    """A folder of its own, gone afterwards unless it is to be kept."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="encore-bench-") as made:
            yield Path(made)
        return
    place = kept.resolve() / name
    place.mkdir(parents=True, exist_ok=True)
    yield place


def _plain(value: Any) -> Any:
    """Our values as JSON has them."""
    if isinstance(value, Series):
        return {"figures": value.figures, "answers": value.answers}
    return asdict(value)


if __name__ == "__main__":
    main()
