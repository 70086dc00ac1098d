"""The night: `python -m training DIR` learns from an export and publishes, or says why not.

Exit codes: 0 published, 3 refused by the gate, 2 bad input.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from training.asks import read_asks, value_of_asks
from training.benchmark.command import benchmark
from training.evaluate import evaluate
from training.examples import draw_examples
from training.fit import fit_ranker, with_sources
from training.gate import reasons_to_refuse
from training.load import BadData, load
from training.publish import publish, serving_metrics
from training.report import print_metrics, say
from training.split import split_by_time

PUBLISHED, BAD_INPUT, REFUSED = 0, 2, 3
EVALUATED = 4000


def night(folder: Path, bundles: Path, seed: int, now: datetime) -> int:
    """The seven steps; returns the exit code."""
    say(1, f"reading {folder}")
    data = load(folder)
    say(2, f"{len(data.purchases):,} lines of {data.customers:,} customers, split by time")
    split = split_by_time(float(data.purchases.days[0]), data.end)
    say(3, "learning")
    ranker = fit_ranker(data, split, seed)
    say(4, "measuring on the last months")
    histories, rng = data.purchases.histories(), np.random.default_rng(seed)
    examples = draw_examples(histories, data.contacts, split.evaluate, EVALUATED, rng)
    asks = read_asks(folder, data, split.evaluate.start)
    looked_at = [*examples, *(ask.example for ask in asks)]
    then = with_sources(data, ranker, split.evaluate.start, seed, looked_at)
    measured = evaluate(then, examples, seed)
    print_metrics(measured)
    measured["asks"] = (worth := value_of_asks(asks, then)).to_json()
    print(f"asks on record in which there was a choice: {worth.n:,}; {worth.verdict}\n")
    say(5, "comparing with the baselines and with the model in service")
    reasons = reasons_to_refuse(measured, serving_metrics(bundles))
    if reasons:
        print("refused:\n  " + "\n  ".join(reasons), file=sys.stderr)
        return REFUSED
    say(6, "learning once more, from everything")
    latest = with_sources(data, ranker, data.end, seed)
    say(7, "publishing")
    print(f"published {publish(bundles, latest, data, measured, seed, now)}")
    return PUBLISHED


def main() -> int:
    if sys.argv[1:2] == ["benchmark"]:
        return benchmark(sys.argv[2:])
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description=__doc__,
        epilog="`python -m training benchmark --help`: measure it beside known methods.",
    )
    parser.add_argument("folder", type=Path, help="what `python -m service export` wrote")
    parser.add_argument(
        "--bundles",
        type=Path,
        default=os.environ.get("ENCORE_BUNDLES"),
        help="where to publish (default: $ENCORE_BUNDLES)",
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.bundles is None:
        parser.error("name the folder to publish to with --bundles or ENCORE_BUNDLES")
    if Path(arguments.bundles).is_file():
        parser.error(f"{arguments.bundles} is a file; name a folder to publish to")
    try:
        return night(arguments.folder, Path(arguments.bundles), arguments.seed, datetime.now(UTC))
    except BadData as error:
        print(f"cannot train: {error}", file=sys.stderr)
        return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
