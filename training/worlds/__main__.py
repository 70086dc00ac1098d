"""`python -m training.worlds callcentre`: what the shipped price of the queue earns, and rules.

Prints the table of docs/worth.md and draws its picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from training.worlds.queue_plot import draw
from training.worlds.queue_rules import compare, table

LOADS: Final = (0.70, 0.85, 0.95)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.worlds", description=__doc__)
    parser.add_argument("world", choices=["callcentre"])
    parser.add_argument("--callers", type=int, default=60_000, help="in each run")
    parser.add_argument("--seeds", type=int, default=6, help="runs for each rule and load")
    parser.add_argument("--plot", type=Path, help="where to draw it, such as docs/queue.svg")
    chosen = parser.parse_args()
    if chosen.callers < 1 or chosen.seeds < 2:
        parser.error("at least 1 caller and 2 seeds are needed")
    seeds = range(1, chosen.seeds + 1)
    by_load = {load: compare(load, chosen.callers, seeds) for load in LOADS}
    print("Profit per hour ± its standard error / callers who hung up")
    print(table(by_load))
    if chosen.plot:
        draw(by_load, chosen.plot)


if __name__ == "__main__":
    main()
