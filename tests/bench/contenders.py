"""Ours beside the peer and the empty route, in turns; the night and the starts on the way.

Ours is asked twice in each round: first about customers whom Redis does not know, whose profile
comes from the ledger; then about the same customers, whose profile is in Redis by now.
"""

from __future__ import annotations

import os
import random
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from service.first_fill import Source
from tests.bench import table
from tests.bench.accounting import children, memory_of
from tests.bench.plan import Plan
from tests.bench.restart import seconds_of_a_later_start
from tests.bench.rounds import Series, Track
from tests.bench.servers import EMPTY, OURS, PEER, PEER_OF_ORDERS, WORKERS, Web, start_web
from tests.bench.stage import Stage, set_up

APPS = {
    "ours": OURS,
    "peer": PEER,
    "peer that loads orders": PEER_OF_ORDERS,
    "empty route": EMPTY,
}
FIRST, AGAIN = "ours, profile from the ledger", "ours, profile from Redis"
BUSY = {FIRST: "ours", AGAIN: "ours", **{name: name for name in APPS if name != "ours"}}
ALONE = {name: app for name, app in BUSY.items() if name != FIRST}
PAIRS = (
    (AGAIN, "peer"), (FIRST, "peer"), (AGAIN, "peer that loads orders"),
    (FIRST, "peer that loads orders"), (AGAIN, "empty route"), ("peer", "empty route"),
)  # fmt: skip


def contenders(source: Source, folder: Path, plan: Plan, rng: random.Random) -> dict[str, Any]:
    """Measure and print; returns all figures."""
    with set_up(folder, source) as stage, ExitStack() as at_end:
        track = Track.lay(stage, plan.contacts, rng)
        about = [
            f"== {source}: {track.held()}",
            f"{WORKERS} workers, {os.cpu_count()} cores; {plan.rounds} rounds, in each"
            f" {len(track.drawn):,} returns ({min(plan.alone, len(track.drawn))} over one"
            " connection), all of different customers; medians over the rounds (lowest-highest)",
        ]
        starts, webs = _start(stage, plan.starts, at_end)
        busy, alone = _rounds(track, webs, plan)
        memory = {
            name: [memory_of(worker) for worker in children(web.server.process.pid)]
            for name, web in webs.items()
        }
    starts["`make run`, not its first start"] = [seconds_of_a_later_start(folder)]
    table.show(
        about,
        table.contenders(f"{plan.connections} connections", busy),
        table.processor_time(busy),
        table.compared(busy, PAIRS),
        table.contenders("1 connection", alone),
        table.compared(alone, [pair for pair in PAIRS if FIRST not in pair]),
        ["what was answered", *table.answers({name: busy[name] for name in (FIRST, AGAIN)})],
        table.memory(memory),
        table.starts(starts),
        table.steps(stage.steps),
    )
    return {
        "about": about,
        "busy": busy,
        "alone": alone,
        "memory": memory,
        "starts": starts,
        "steps": stage.steps,
    }


def _start(
    stage: Stage, times: int, at_end: ExitStack
) -> tuple[dict[str, list[float]], dict[str, Web]]:
    """Start every server some times; (seconds until ready, the servers of the last time)."""
    starts: dict[str, list[float]] = {name: [] for name in APPS}
    webs: dict[str, Web] = {}
    for _ in range(times):
        for name, app in APPS.items():
            if name in webs:
                webs[name].server.stop()
            webs[name] = start_web(stage, name, app)
            at_end.callback(webs[name].server.stop)
            starts[name].append(webs[name].seconds)
    return starts, webs


def _rounds(
    track: Track, webs: dict[str, Web], plan: Plan
) -> tuple[dict[str, Series], dict[str, Series]]:
    """(all with several connections, all but the first contacts with one); warmed up before."""
    for number in range(plan.rounds + 1):
        print(f"  round {number} of {plan.rounds}" if number else "  warming up", file=sys.stderr)
        if number <= 1:
            busy, alone = ({name: Series() for name in names} for names in (BUSY, ALONE))
        track.forget()
        for name, app in BUSY.items():
            track.run(webs[app], busy[name], plan.connections, plan.contacts)
        for name, app in ALONE.items():
            track.run(webs[app], alone[name], 1, plan.alone)
    return busy, alone
