"""`python -m training benchmark`: ask the product, and on wish the baselines, the same questions.

Exit codes: 0 measured, 2 bad input.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from training.benchmark.methods import METHODS, PRODUCT
from training.benchmark.next_basket import read_next_basket
from training.benchmark.report import measured, table
from training.benchmark.returns import read_returns
from training.benchmark.task import Method, Task
from training.load import BadData

MEASURED, BAD_INPUT = 0, 2


def benchmark(words: Sequence[str], methods: Mapping[str, Method] = METHODS) -> int:
    """The command, given the words after `benchmark`; returns the exit code."""
    arguments = _parser().parse_args(words)
    try:
        _may_write(arguments.json)
        results = _measured(_read(arguments), arguments.baselines, arguments.seed, methods)
    except BadData as error:
        print(f"cannot measure: {error}", file=sys.stderr)
        return BAD_INPUT
    print(table(results, PRODUCT))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n")
    return MEASURED


def _may_write(path: Path | None) -> None:
    """Find out before the minutes that measuring takes."""
    if path is None:
        return
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BadData(f"{path} cannot be written: {folder} is no folder")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise BadData(f"{path} cannot be written")


def _read(arguments: argparse.Namespace) -> Task:
    if arguments.task == "next-basket":
        return read_next_basket(arguments.file)
    return read_returns(arguments.orders, arguments.events)


def _measured(
    task: Task, baselines: bool, seed: int, methods: Mapping[str, Method]
) -> dict[str, object]:
    chosen = {name: method for name, method in methods.items() if baselines or name == PRODUCT}
    if not chosen:
        raise BadData(f"{PRODUCT} is not among the methods; ask for the others with --baselines")
    answers = {name: method(task, seed) for name, method in chosen.items()}
    return measured(task, answers, PRODUCT, seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training benchmark", description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    next_basket = tasks.add_parser("next-basket", help="the next basket of users unseen before")
    next_basket.add_argument("file", type=Path, help="JSON: train, and validate or test")
    returns = tasks.add_parser("returns", help="the next order after a return")
    returns.add_argument("--orders", type=Path, required=True, help="Parquet: order lines")
    returns.add_argument("--events", type=Path, required=True, help="Parquet: returns")
    for task in (next_basket, returns):
        task.add_argument("--baselines", action="store_true", help="measure the baselines too")
        task.add_argument("--seed", type=_seed, default=1)
        task.add_argument("--json", type=Path, help="write all figures here")
    return parser


def _seed(word: str) -> int:
    """What numpy and the libraries take as a seed."""
    seed = int(word)
    if not 0 <= seed < 2**31:
        raise argparse.ArgumentTypeError(f"a seed is from 0 to {2**31 - 1}")
    return seed
