"""Our service under each of gunicorn's ways to work, in turns."""

from __future__ import annotations

import random
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from service.first_fill import Source
from tests.bench import table
from tests.bench.accounting import children, memory_of
from tests.bench.plan import Plan
from tests.bench.rounds import Series, Track
from tests.bench.servers import OURS, WORKERS, Web, start_web
from tests.bench.stage import set_up

CLASSES = {
    "sync": ("--worker-class", "sync", "--threads", "1"),
    "gthread, 1 thread": ("--worker-class", "gthread", "--threads", "1"),
    "gthread, 2 threads": ("--worker-class", "gthread", "--threads", "2"),
    "gthread, 4 threads": ("--worker-class", "gthread", "--threads", "4"),
    "gthread, 8 threads": ("--worker-class", "gthread", "--threads", "8"),
}
CONNECTIONS = (1, 4, 16)
PAIRS = [(name, "sync") for name in CLASSES if name != "sync"]


def worker_classes(source: Source, folder: Path, plan: Plan, rng: random.Random) -> dict[str, Any]:
    """Measure and print; returns all figures."""
    with set_up(folder, source) as stage, ExitStack() as at_end:
        track = Track.lay(stage, plan.contacts // 3, rng)
        about = [
            f"== {source}: {track.held()}",
            f"ours, profile from Redis, {WORKERS} workers; {plan.rounds} rounds of"
            f" {len(track.drawn)} returns; medians over the rounds (lowest-highest)",
        ]
        webs = {}
        for name, options in CLASSES.items():
            webs[name] = start_web(stage, name, OURS, options)
            at_end.callback(webs[name].server.stop)
        for number in range(plan.rounds + 1):
            print(
                f"  round {number} of {plan.rounds}" if number else "  warming up", file=sys.stderr
            )
            if number <= 1:
                found = {n: {name: Series() for name in CLASSES} for n in CONNECTIONS}
            for connections, series in found.items():
                for web in _rotated(list(webs.values()), number):
                    track.forget()
                    # reads the profiles from the ledger, and counts for none
                    track.run(web, Series(), max(CONNECTIONS), len(track.drawn))
                    track.run(web, series[web.name], connections, len(track.drawn))
        memory = {
            name: [memory_of(worker) for worker in children(web.server.process.pid)]
            for name, web in webs.items()
        }
    blocks = []
    for connections, series in found.items():
        title = f"{connections} connection{'s' if connections > 1 else ''}"
        blocks += [table.contenders(title, series), table.processor_time(series)]
        blocks.append(table.compared(series, PAIRS))
        blocks.append(["what was answered", *table.answers(series)])
    table.show(about, *blocks, table.memory(memory))
    return {"about": about, "connections": found, "memory": memory}


def _rotated(webs: list[Web], number: int) -> list[Web]:
    """Each round begins with another, so that none always has the best place."""
    first = number % len(webs)
    return webs[first:] + webs[:first]
