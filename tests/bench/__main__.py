"""`make bench`: the service beside an empty route and the obvious peer, the night, the start.

On the made shop, and on a real retailer too where ORDERS names its file. Trust the ratios: all
that is compared ran in turns within the same minutes, on a machine that may be busy.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from service import keys
from service.first_fill import Source, source_of
from tests.bench import table
from tests.bench.accounting import children, memory_of
from tests.bench.contacts import draw, sizes
from tests.bench.restart import seconds_of_a_later_start
from tests.bench.rounds import Series, Track
from tests.bench.servers import EMPTY, OURS, PEER, Web, start_web
from tests.bench.stage import Stage, set_up

SMALL_SHOP = "--seed 3 --items 300 --customers 700 --months 12"
AGAIN, FIRST = "ours, profile in Redis", "ours, profile from the ledger"
WORKER_CLASSES = {
    "sync": ("--worker-class", "sync", "--threads", "1"),
    "gthread, 1 thread": ("--worker-class", "gthread", "--threads", "1"),
    "gthread, 2 threads": ("--worker-class", "gthread", "--threads", "2"),
    "gthread, 4 threads": ("--worker-class", "gthread", "--threads", "4"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: `contacts` in each turn, `alone` of them over one connection."""

    rounds: int
    contacts: int
    alone: int
    connections: int
    starts: int


FULL, QUICK = Plan(7, 1200, 200, 4, 3), Plan(2, 150, 50, 4, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    orders = os.environ.get("ORDERS")
    parser.add_argument("--orders", type=Path, default=Path(orders) if orders else None)
    parser.add_argument("--quick", action="store_true", help="a small shop and few rounds")
    parser.add_argument(
        "--worker-classes", action="store_true", help="compare gunicorn's worker classes instead"
    )
    parser.add_argument("--rounds", type=int, help=f"default: {FULL.rounds}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the data here, and use it next time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    if given.rounds:
        plan = Plan(given.rounds, plan.contacts, plan.alone, plan.connections, plan.starts)
    sources = [Source(SMALL_SHOP if given.quick else "")]
    retailer = source_of("", given.orders)
    if retailer is not None:
        sources.append(retailer)
    began, figures = time.monotonic(), {}
    for source in sources:
        with _folder(given.folder, source) as folder:
            bench = _worker_classes if given.worker_classes else _contenders
            figures[str(source)] = bench(source, folder, plan, random.Random(given.seed))
    print(f"\nAll of it took {time.monotonic() - began:.0f} s.")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2, default=asdict) + "\n")


@contextmanager
def _folder(kept: Path | None, source: Source) -> Iterator[Path]:
    """A folder of the source's own, gone afterwards unless it is to be kept."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="encore-bench-") as made:
            yield Path(made)
        return
    place = kept.resolve() / ("retailer" if source.orders else "shop")
    place.mkdir(parents=True, exist_ok=True)
    yield place


def _contenders(source: Source, folder: Path, plan: Plan, rng: random.Random) -> dict[str, Any]:
    """Ours beside the peer and the empty route; the night and the start on the way."""
    with set_up(folder, source) as stage, ExitStack() as at_end:
        track = _track(stage, plan, rng)
        head = _head(source, stage, track, plan)
        starts: dict[str, list[float]] = {"ours": [], "peer": [], "empty route": []}
        webs: dict[str, Web] = {}
        for turn in range(plan.starts):
            for name, app in (("ours", OURS), ("peer", PEER), ("empty route", EMPTY)):
                webs[name] = start_web(stage, name, app)
                starts[name].append(webs[name].seconds)
                last = turn == plan.starts - 1
                at_end.callback(webs[name].server.stop) if last else webs[name].server.stop()
        busy = {name: Series() for name in (AGAIN, FIRST, "peer", "empty route")}
        alone = {name: Series() for name in (AGAIN, "peer", "empty route")}
        for number in range(plan.rounds + 1):
            _say(f"round {number} of {plan.rounds}" if number else "warming up")
            if number == 1:
                busy, alone = {name: Series() for name in busy}, {name: Series() for name in alone}
            track.forget(decisions=True)
            for name, web in (
                (FIRST, "ours"),
                (AGAIN, "ours"),
                ("peer", "peer"),
                ("empty route", "empty route"),
            ):
                track.run(
                    webs[web], busy[name], f"{number}-{name}", plan.connections, plan.contacts
                )
            for name, web in ((AGAIN, "ours"), ("peer", "peer"), ("empty route", "empty route")):
                track.run(webs[web], alone[name], f"{number}-{name}-alone", 1, plan.alone)
        memory = {
            name: [memory_of(worker) for worker in children(web.server.process.pid)]
            for name, web in webs.items()
        }
        steps = stage.steps
    starts["`make run`, not its first start"] = [seconds_of_a_later_start(folder)]
    pairs = ((AGAIN, "peer"), (FIRST, "peer"), (AGAIN, "empty route"), ("peer", "empty route"))
    _print(
        head,
        table.contenders(f"{plan.connections} connections", busy),
        table.compared(busy, pairs),
        table.contenders("1 connection", alone),
        table.compared(alone, (pairs[0], pairs[2], pairs[3])),
        ["what was answered", *table.answers({name: busy[name] for name in (AGAIN, FIRST)})],
        table.memory(memory),
        table.starts(starts),
        table.steps(steps),
    )
    return {
        "about": head,
        "busy": busy,
        "alone": alone,
        "memory": memory,
        "starts": starts,
        "steps": steps,
    }


def _worker_classes(source: Source, folder: Path, plan: Plan, rng: random.Random) -> dict[str, Any]:
    """Our service under each of gunicorn's ways to work."""
    with set_up(folder, source) as stage, ExitStack() as at_end:
        track = _track(stage, plan, rng)
        head = _head(source, stage, track, plan)
        webs = {}
        for name, options in WORKER_CLASSES.items():
            webs[name] = start_web(stage, name, OURS, options)
            at_end.callback(webs[name].server.stop)
        found: dict[int, dict[str, Series]] = {}
        for number in range(plan.rounds + 1):
            _say(f"round {number} of {plan.rounds}" if number else "warming up")
            if number <= 1:
                found = {n: {name: Series() for name in webs} for n in (1, plan.connections, 16)}
            for connections, series in found.items():
                for name, web in webs.items():
                    track.forget(decisions=True)
                    contact = f"{number}-{name}-{connections}"
                    track.run(web, Series(), f"{contact}-first", 4, plan.alone)
                    track.run(web, series[name], contact, connections, plan.alone)
    pairs = [(name, "sync") for name in WORKER_CLASSES if name != "sync"]
    for connections, series in found.items():
        title = f"{connections} connection{'s' if connections > 1 else ''}"
        _print(head, table.contenders(title, series), table.compared(series, pairs))
    return {"about": head, **{f"{connections}": series for connections, series in found.items()}}


def _track(stage: Stage, plan: Plan, rng: random.Random) -> Track:
    with psycopg.connect(stage.ledger.url, autocommit=True) as connection:
        key = keys.make_key(connection, "agent", datetime.now(UTC), label="bench")
        return Track(stage, key, draw(connection, plan.contacts, rng), rng)


def _head(source: Source, stage: Stage, track: Track, plan: Plan) -> list[str]:
    with psycopg.connect(stage.ledger.url, autocommit=True) as connection:
        held = ", ".join(f"{count:,} {name}" for name, count in sizes(connection).items())
    return [
        f"== {source}: {held}",
        f"2 workers, {os.cpu_count()} cores; {plan.rounds} rounds of {len(track.drawn):,} returns"
        f" ({min(plan.alone, len(track.drawn))} over one connection), each of another customer;"
        " medians over the rounds (lowest-highest)",
    ]


def _print(*blocks: list[str]) -> None:
    for block in blocks:
        print("\n" + "\n".join(block), flush=True)


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
