"""Turns of a contender and what they are measured by.

Contenders take turns, round after round, so that a busy minute of the machine hits all of them.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from service import keys
from service.memory import Memory
from tests.bench.accounting import cpu_seconds
from tests.bench.contacts import Returned, bodies, draw, sizes
from tests.bench.figures import percentile
from tests.bench.servers import Web
from tests.bench.stage import ROOT, Stage

PATH = "/v1/suggestions"
NAME = "bench-"
"""How the ids of our contacts begin."""
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


@dataclass(slots=True)
class Series:
    """One contender's figures, one value per round."""

    figures: dict[str, list[float]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)

    def add(self, **values: float) -> None:
        for name, value in values.items():
            self.figures.setdefault(name, []).append(value)


@dataclass(frozen=True, slots=True)
class Track:
    """What the rounds run on: a stage, a key for our service, and customers with returns."""

    stage: Stage
    key: str
    drawn: Sequence[Returned]
    rng: random.Random

    @classmethod
    def lay(cls, stage: Stage, contacts: int, rng: random.Random) -> Track:
        """Draw customers, and make a key."""
        with psycopg.connect(stage.ledger.url, autocommit=True) as connection:
            key = keys.make_key(connection, "agent", datetime.now(UTC), label="bench")
            return cls(stage, key, draw(connection, contacts, rng), rng)

    def held(self) -> str:
        """How much the ledger holds."""
        with psycopg.connect(self.stage.ledger.url, autocommit=True) as connection:
            return ", ".join(f"{count:,} {name}" for name, count in sizes(connection).items())

    def forget(self) -> None:
        """Make every drawn customer one whom Redis does not know, and who never got in touch here.

        Else the third return of a customer within a minute would be a repeated failure.
        """
        with closing(Memory(self.stage.memory.url)) as memory:
            memory.forget(one.customer_id for one in self.drawn)
        with psycopg.connect(self.stage.ledger.url, autocommit=True) as connection:
            connection.execute("TRUNCATE decisions CASCADE")
            connection.execute("DELETE FROM interactions WHERE starts_with(id, %s)", [NAME])
            connection.execute("VACUUM interactions")  # now, and not while somebody is measured

    def run(
        self,
        web: Web,
        series: Series,
        connections: int,
        limit: int,
        rate: float | None = None,
    ) -> None:
        """One contender's turn: at most `limit` contacts, each of another customer.

        Args:
            connections, rate: as in `load.drive`.
        """
        now = datetime.now(UTC)
        asked = bodies(self.drawn[:limit], f"{NAME}{now:%Y%m%dT%H%M%S%f}", now, self.rng)
        servers = {
            "workers": web.server.process.pid,
            "postgres": self.stage.ledger.process.pid,
            "redis": self.stage.memory.process.pid,
        }
        before = {part: cpu_seconds(process) for part, process in servers.items()}
        seen = drive(web, self.key, asked, connections, rate)
        used = {part: cpu_seconds(process) - before[part] for part, process in servers.items()}
        failed = [sort for sort in seen["answers"] if sort[:3].isdigit() and sort != "200"]
        if failed:
            raise SystemExit(f"{web.name} answered {failed[0]}; see {self.stage.folder}")
        series.answers.update(seen["answers"])
        series.add(
            rate=len(asked) / seen["seconds"],
            **{label: percentile(seen["milliseconds"], at) for label, at in PERCENTILES.items()},
            **{f"cpu_{part}": 1000 * seconds / len(asked) for part, seconds in used.items()},
        )


def drive(
    web: Web, key: str, asked: Sequence[Any], connections: int, rate: float | None
) -> dict[str, Any]:
    """Let the load generator ask; returns what it saw."""
    job = {
        "url": web.server.url, "path": PATH, "key": key, "connections": connections, "rate": rate,
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps({**job, "bodies": asked}).encode(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
    )
    seen: dict[str, Any] = json.loads(ended.stdout)
    return seen
