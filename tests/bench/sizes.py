"""Ours beside the peer that loads orders, on made shops of growing catalogues.

Customers and their orders are as many in each, so only what the size of the catalogue costs
differs. Profiles are in Redis, as they are for whoever called before.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.first_fill import Source
from tests.bench import table
from tests.bench.accounting import children, memory_of
from tests.bench.plan import Plan
from tests.bench.rounds import Series, Track
from tests.bench.servers import OURS, PEER_OF_ORDERS, WORKERS, start_web
from tests.bench.stage import set_up

SHOP = "--seed 3 --customers 10000 --items {}"


def sizes(items: Sequence[int], folder: Path, plan: Plan, rng: random.Random) -> dict[str, Any]:
    """Measure and print; returns all figures."""
    measured = {}
    for count in items:
        place = folder / f"items-{count}"
        place.mkdir(exist_ok=True)
        measured[count] = _measure(Source(SHOP.format(count)), place, plan, rng)
    about = (
        f"{WORKERS} workers, {plan.connections} connections; medians of {plan.rounds} rounds;"
        " half: ours at half of the load of its peak; PSS: of one worker of ours"
    )
    table.show([about], table.sizes(measured))
    return {f"{count} items": one for count, one in measured.items()}


def _measure(source: Source, folder: Path, plan: Plan, rng: random.Random) -> dict[str, Any]:
    """All rounds at one size: `peak` and `half` of that load are ours."""
    with set_up(folder, source) as stage:
        track = Track.lay(stage, plan.contacts, rng)
        ours, peer = start_web(stage, "ours", OURS), start_web(stage, "peer", PEER_OF_ORDERS)
        try:
            peak, half, other = Series(), Series(), Series()
            for number in range(plan.rounds):
                print(f"  round {number + 1} of {plan.rounds}", file=sys.stderr)
                rate = None
                for series in (peak, half):
                    track.forget()
                    for web in (ours, peer):  # fills Redis with profiles, and both with warmth
                        track.run(web, Series(), plan.connections, plan.contacts)
                    track.run(ours, series, plan.connections, plan.contacts, rate)
                    if series is peak:
                        track.run(peer, other, plan.connections, plan.contacts)
                    rate = peak.figures["rate"][-1] / 2
            memory = [memory_of(worker) for worker in children(ours.server.process.pid)]
        finally:
            ours.server.stop()
            peer.server.stop()
        steps = stage.steps
    return {"peak": peak, "half": half, "peer": other, "memory": memory, "steps": steps}
