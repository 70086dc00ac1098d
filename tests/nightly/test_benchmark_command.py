"""`python -m training benchmark` as somebody types it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.nightly.test_benchmark_next_basket import a_file
from tests.nightly.test_benchmark_returns import EVENTS, LINES, written
from training.__main__ import main
from training.benchmark.command import BAD_INPUT, MEASURED, benchmark
from training.benchmark.methods import BASELINES, PRODUCT
from training.benchmark.metrics import MEASURES, PARTS
from training.benchmark.task import Method

QUICK = {name: BASELINES[name] for name in ("most popular", "personal + global frequency")}
METHODS: Mapping[str, Method] = {PRODUCT: BASELINES["personal frequency"], **QUICK}


@pytest.fixture
def baskets(tmp_path: Path) -> Path:
    """Everybody orders the same again."""
    train = {f"t{user}": [[user % 5], [user % 5, 7]] for user in range(20)}
    asked = {f"v{user}": [[user % 5], [user % 5, 6], [user % 5]] for user in range(10)}
    return a_file(tmp_path, {"train": train, "validate": asked})


def test_next_basket_prints_a_table_and_writes_all_figures(
    baskets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "figures.json"
    words = ["next-basket", str(baskets), "--baselines", "--json", str(into)]
    assert benchmark(words, METHODS) == MEASURED
    shown = capsys.readouterr().out
    assert "10 questions of 10 customers" in shown
    assert f"recall@10: {PRODUCT} minus " in shown
    figures = json.loads(into.read_text())
    assert set(figures["methods"]) == set(METHODS)
    for method in figures["methods"].values():
        assert set(method) == set(PARTS)
        assert set(method["all"]) == {"n", *MEASURES}
    assert figures["methods"][PRODUCT]["all"]["n"] == 10
    assert figures["methods"][PRODUCT]["explore"]["n"] == 0
    assert figures["methods"][PRODUCT]["explore"]["recall@3"]["mean"] is None
    assert figures["methods"][PRODUCT]["repeat"]["recall@3"]["mean"] == 1
    assert figures["difference"]["all"]["phr@3"].keys() == {"baseline", "mean", "low", "high"}


def test_every_baseline_takes_part_and_two_runs_are_equal(
    baskets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures: list[Any] = []
    for run in ("first", "second"):
        into = tmp_path / f"{run}.json"
        words = ["next-basket", str(baskets), "--baselines", "--seed", "5", "--json", str(into)]
        assert benchmark(words, BASELINES) == MEASURED
        figures.append(into.read_text())
    assert figures[0] == figures[1]
    assert set(json.loads(figures[0])["methods"]) == set(BASELINES)
    assert "minus" not in capsys.readouterr().out


def test_returns_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders, events = written(tmp_path, LINES, EVENTS)
    words = ["returns", "--orders", str(orders), "--events", str(events), "--baselines"]
    assert benchmark(words, METHODS) == MEASURED
    assert "1 questions of 1 customers" in capsys.readouterr().out


def test_without_baselines_the_product_is_alone(
    baskets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmark(["next-basket", str(baskets)], METHODS) == MEASURED
    shown = capsys.readouterr().out
    assert PRODUCT in shown
    assert "most popular" not in shown
    assert "minus" not in shown


def test_bad_input_is_one_sentence_and_exit_code_2(
    baskets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, says in (
        (["next-basket", str(tmp_path / "absent.json")], "absent.json is missing"),
        (["next-basket", str(baskets), "--json", str(tmp_path / "no" / "x.json")], "no folder"),
        (["next-basket", str(baskets), "--json", str(tmp_path)], "cannot be written"),
        (["returns", "--orders", str(baskets), "--events", str(baskets)], "read as Parquet"),
    ):
        assert benchmark(words, METHODS) == BAD_INPUT
        error = capsys.readouterr().err
        assert says in error
        assert error.startswith("cannot measure: ")
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [[], ["weather"], ["next-basket"], ["returns"], ["next-basket", "x", "--seed", "-1"],
     ["next-basket", "x", "--seed", "many"]],
)  # fmt: skip
def test_words_that_make_no_command_exit_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        benchmark(words, METHODS)
    assert end.value.code == BAD_INPUT


def test_the_training_passes_the_words_on(
    baskets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["training", "benchmark", "next-basket", str(baskets) + "x"])
    assert main() == BAD_INPUT
    assert "small.jsonx is missing" in capsys.readouterr().err
