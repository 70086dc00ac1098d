"""What Prometheus reads. Counts are summed over all workers through files where
`PROMETHEUS_MULTIPROC_DIR` names a folder; states are asked of the worker that answers.

Labels are calls, classes of status and closed lists, never ids: the number of series is bounded.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.errors import MemoryAway

if TYPE_CHECKING:
    from service.parts import Parts

SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 1.0, 5.0)
"""Around the bars of 50 ms for a refusal, 150 ms and 300 ms for suggestions under any fault."""


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "encore_request_duration_seconds",
            "How long requests took, by call and class of status.",
            ("call", "status"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._decisions = Counter(
            "encore_decisions",
            "Decisions made, replays not counted; reason is empty for offers.",
            ("decision", "reason"),
            registry=self.registry,
        )
        # As many as there are series; to look one up by its labels takes longer than to count.
        self._requests_of = cache(self._requests.labels)
        self._decisions_of = cache(self._decisions.labels)

    def answered(self, call: str, status: int, seconds: float) -> None:
        """Count a request; `call` is "GET /rule", or "unmatched"."""
        self._requests_of(call, f"{status // 100}xx").observe(seconds)

    def decided(self, decision: str, reason: str | None) -> None:
        self._decisions_of(decision, reason or "").inc()

    def text(self, parts: Parts) -> bytes:
        """Everything in Prometheus' own format."""
        registry = self.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # registers itself
        states = CollectorRegistry()
        states.register(_States(parts))
        return generate_latest(registry) + generate_latest(states)


class _States(Collector):
    """What is the case at this moment."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        yield from _of_the_model(self._parts)
        degraded = GaugeMetricFamily(
            "encore_degraded", "1 for each reason why answers are degraded.", labels=["reason"]
        )
        for reason in self._parts.ready()[1]:
            degraded.add_metric([reason], 1)
        yield degraded
        with suppress(MemoryAway):  # then nobody can tell, and `encore_degraded` says why
            waiting = self._parts.memory.spool_length()
            yield GaugeMetricFamily(
                "encore_spool_entries", "Decisions that wait for the ledger.", waiting
            )


def _of_the_model(parts: Parts) -> Iterator[Metric]:
    bundle = parts.models.serving
    if bundle is None:
        return
    info = GaugeMetricFamily(
        "encore_model_info", "1 for the model that serves.", labels=["version"]
    )
    info.add_metric([bundle.version], 1)
    yield info
    yield GaugeMetricFamily(
        "encore_model_trained_timestamp_seconds",
        "When the model that serves was trained.",
        datetime.fromisoformat(bundle.manifest["trained_at"]).timestamp(),
    )
