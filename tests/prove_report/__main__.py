"""`make prove-report`: the reports held to worlds whose truth is known.

Prints a table for docs/report.md and writes its picture; ends with 1 if a claim was not kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from tests.prove_report.claim import Claim
from tests.prove_report.claims import prove
from tests.prove_report.plot import plot

PICTURE = Path(__file__).parents[2] / "docs" / "report-proof.svg"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove_report", description=__doc__)
    parser.add_argument("--worlds", type=int, default=500, help="worlds of each story")
    parser.add_argument("--picture", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    began = time.monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as pool:

        def spread(run: Callable, tasks: Sequence[tuple]) -> Iterator:
            results = pool.map(run, *zip(*tasks, strict=True), chunksize=5)
            return tqdm(results, run.__name__.replace("_", " "), len(tasks), unit="world")

        proof = prove(arguments.worlds, spread)
    plot(proof, arguments.picture)
    print("\n" + table(proof.claims))
    print(f"\n{arguments.worlds} worlds of each story in {time.monotonic() - began:.0f} s")
    return 0 if all(claim.kept for claim in proof.claims) else 1


def table(claims: Sequence[Claim]) -> str:
    """The claims as a table in Markdown."""
    lines = ["| claim | must be | found | |", "|---|---|---|---|"]
    for claim in claims:
        kept = "kept" if claim.kept else "BROKEN"
        lines.append(f"| {claim.name} | {claim.bar} | {claim.found} | {kept} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
