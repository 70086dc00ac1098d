"""What gates, worth, chance and words take of a request beside the ranking; processor time.

    python -m tests.bench.decision

In this process, on a small made shop: each contact is decided as `POST /v1/suggestions` does it,
with the stores and the edge left out.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg

from models.domain import SuggestionRequest
from service import housekeeping
from service.api.schemas import load
from service.api.schemas_suggestions import SuggestionRequestSchema
from service.decision import suggest
from service.first_fill import Source
from service.ledger.profiles import read_profile
from service.parts import Parts, make_parts
from service.profile import Profile
from tests.bench.contacts import bodies, draw
from tests.bench.stage import set_up

SMALL_SHOP = "--seed 3 --items 2000 --customers 2000 --months 12"
CONTACTS = 400
ROUNDS = 5

Asked = Sequence[tuple[SuggestionRequest, Profile]]


def main() -> None:
    with ExitStack() as at_end:
        folder = at_end.enter_context(tempfile.TemporaryDirectory(prefix="encore-bench-"))
        stage = at_end.enter_context(set_up(Path(folder), Source(SMALL_SHOP)))
        parts = make_parts(stage.settings)
        at_end.callback(parts.close)
        housekeeping.tick(parts)
        with psycopg.connect(stage.ledger.url) as connection:
            asked = contacts(connection)
        print_table(measured(parts, asked))


def contacts(connection: psycopg.Connection) -> Asked:
    """Returns of customers of the ledger, each with the customer as a decision would see them."""
    rng, now = random.Random(1), datetime.now(UTC)
    schema = SuggestionRequestSchema()
    found = []
    for body in bodies(draw(connection, CONTACTS, rng), "bench", now, rng):
        request: SuggestionRequest = load(schema, body)
        profile = read_profile(connection, request.customer.id, now)
        found.append((request, profile.with_request(request.customer, request.orders)))
    return found


def measured(parts: Parts, asked: Asked) -> Mapping[str, list[float]]:
    """Seconds of each decision and of the models' part in it; the first round counts for none."""
    bundle = parts.models.serving
    assert bundle is not None
    models = list[float]()

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def do(*given: Any) -> Any:
            began = time.thread_time()
            done = work(*given)
            models.append(time.thread_time() - began)
            return done

        return do

    object.__setattr__(bundle.recommender, "rank", timed(bundle.recommender.rank))
    suggest.moment_of = timed(suggest.moment_of)  # type: ignore[assignment]
    whole, of_it = list[float](), list[float]()
    for number in range(ROUNDS + 1):
        for request, profile in asked:
            models.clear()
            began = time.thread_time()
            suggest.decide(request, profile, bundle, parts, datetime.now(UTC))
            took = time.thread_time() - began
            if number and models:
                whole.append(took)
                of_it.append(sum(models))
    return {
        "a decision": whole,
        "history and ranking in it": of_it,
        "gates, worth, chance and words": [a - b for a, b in zip(whole, of_it, strict=True)],
    }


def print_table(found: Mapping[str, list[float]]) -> None:
    print(f"{'us of processor time':32}{'median':>8}{'p95':>8}{'p99':>8}")
    for name, seconds in found.items():
        cuts = quantiles(seconds, n=100)
        figures = (median(seconds), cuts[94], cuts[98])
        print(f"{name:32}" + "".join(f"{figure * 1e6:8.0f}" for figure in figures))


if __name__ == "__main__":
    main()
