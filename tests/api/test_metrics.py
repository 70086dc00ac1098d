"""Metrics: names by convention, numbers that add up, and no more series than there are calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.api import suggestions
from service.decision.suggest import Answer
from service.decision.verdict import Verdict
from tests.api.client import Client, assert_problem

ANSWER = b"""{"suggestion_id": null, "decision": "no_offer", "reason": "nothing_fits", "arm": null,
"suggestions": [], "service_script": {"parts": {}, "text": "Goodbye."}, "model_version": "1",
"policy_version": "1", "degraded": false, "degraded_reasons": [], "took_ms": 1.5,
"expires_at": "2026-11-23T11:01:00+00:00"}"""

REQUEST = {
    "interaction": {"id": "1", "channel": "chat", "topic": "other", "status": "resolved"},
    "customer": {"id": "lea"},
}


def samples(client: Client) -> dict[str, float]:
    text = client.get("/metrics").text
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_call_and_class_of_status(client: Client) -> None:
    name = "encore_request_duration_seconds_count[('call', 'GET /livez'), ('status', '2xx')]"
    before = samples(client).get(name, 0)
    client.get("/livez")
    client.get("/livez")
    assert samples(client)[name] == before + 2


def test_decisions_are_counted_but_replays_and_dry_runs_are_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "encore_decisions_total[('decision', 'no_offer'), ('reason', 'nothing_fits')]"
    before = samples(client).get(name, 0)
    for replayed, dry_run in ((False, False), (True, False), (False, True)):
        made = Answer(ANSWER, None if replayed else Verdict("nothing_fits"))
        monkeypatch.setattr(suggestions, "suggest", lambda *_, made=made: made)
        answer = client.as_("agent").post("/v1/suggestions", {**REQUEST, "dry_run": dry_run})
        assert answer.headers.get("Idempotent-Replayed") == ("true" if replayed else None)
        assert answer.data == ANSWER
    assert samples(client)[name] == before + 1


def test_the_call_that_goes_around_flask_is_like_any_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its headers, its count, and the problem that a mistake in it becomes, once each."""
    call = "encore_request_duration_seconds_count[('call', 'POST /v1/suggestions'), ('status', "
    before = samples(client)
    monkeypatch.setattr(suggestions, "suggest", lambda *_: Answer(ANSWER, None))
    answer = client.as_("agent").post("/v1/suggestions", REQUEST, headers={"X-Request-Id": "a-7"})
    assert dict(answer.headers) == {
        "Content-Type": "application/json",
        "Content-Length": str(len(ANSWER)),
        "X-Request-Id": "a-7",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Idempotent-Replayed": "true",
    }

    def fail(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(suggestions, "suggest", fail)
    answer = client.as_("agent").post("/v1/suggestions", REQUEST, headers={"X-Request-Id": "a-8"})
    assert "a-8" in assert_problem(answer, 500, "internal_error")["detail"]
    after = samples(client)
    for status in ("2xx", "5xx"):
        name = f"{call}'{status}')]"
        assert after[name] == before.get(name, 0) + 1


def test_random_addresses_and_ids_make_no_series_of_their_own(client: Client) -> None:
    client.get("/nothing")
    client.as_("agent").get("/v1/customers/first")
    before = set(samples(client))
    for n in range(100):
        client.get(f"/nothing/{n}")
        client.call("PURGE", f"/v1/items/{n}")
        client.as_("agent").get(f"/v1/customers/{n}")
        client.as_("agent").get(f"/v1/suggestions/{n}")
    grown = set(samples(client)) - before
    assert len(grown) <= 28  # at most GET suggestions and /metrics, in two classes of status


def test_what_is_degraded_is_a_series_each(client: Client) -> None:
    assert samples(client)["encore_degraded[('reason', 'no_model')]"] == 1


COUNT = """
import sys
from service.api.metrics import Metrics
counted = Metrics()
for _ in range(int(sys.argv[1])):
    counted.decided("no_offer", "holdout")
"""
READ = """
import types
from service.api.metrics import Metrics
models = types.SimpleNamespace(serving=None)
memory = types.SimpleNamespace(spool_length=lambda: 3)
parts = types.SimpleNamespace(models=models, memory=memory, ready=lambda: (True, []))
print(Metrics().text(parts).decode())
"""


def test_counts_of_several_workers_are_summed_and_outlive_them(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", *arguments],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    run(COUNT, "2")
    run(COUNT, "5")
    text = run(READ)
    assert 'encore_decisions_total{decision="no_offer",reason="holdout"} 7.0' in text
    assert "encore_spool_entries 3.0" in text
