"""Write the shop made by a seed: python -m training.shop FOLDER [--customers 5000 --seed 1 …]."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from models.arm import Experiment
from training.shop.make import AS_SHIPPED, TABLES, BadShop, make_shop, write


def main(arguments: Sequence[str], today: date) -> int:
    """Returns the exit code 0; bad arguments and a bad folder end the process with 2."""
    yesterday = today - timedelta(days=1)
    parser = argparse.ArgumentParser(prog="python -m training.shop", description=__doc__)
    parser.add_argument("folder", type=Path, help="gets the .parquet files and truth.json")
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--until",
        type=_day,
        default=yesterday,
        metavar="YYYY-MM-DD",
        help="last day of the history, in UTC; default: yesterday",
    )
    parser.add_argument("--holdout-share", type=float, default=AS_SHIPPED.share)
    parser.add_argument("--experiment", default=AS_SHIPPED.name, help="names the holdout's draw")
    parser.add_argument("--salt", default=AS_SHIPPED.salt, help="of the same draw")
    given = parser.parse_args(arguments)
    if given.until > yesterday:
        parser.error(f"--until {given.until} is not over yet; take {yesterday} or earlier")
    if not 0 <= given.holdout_share <= 0.5:
        parser.error(f"--holdout-share {given.holdout_share:g} is not from 0 to 0.5")
    experiment = Experiment(given.experiment, given.salt, given.holdout_share)
    try:
        shop = make_shop(
            given.seed, given.items, given.customers, given.months, given.until, experiment
        )
        write(shop, given.folder)
    except BadShop as error:
        parser.error(str(error))
    except MemoryError:
        parser.error("this machine has too little memory; take fewer customers or items")
    except OSError as error:
        parser.error(f"cannot write to {given.folder}: {error.strerror}")
    for name in TABLES:
        print(f"{getattr(shop, name).num_rows:>10,} {name}")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; write it like 2026-11-22") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], datetime.now(UTC).date()))
