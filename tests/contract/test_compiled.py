"""Compiled loops: the same as the Python that they were written in, and as plain oracles.

Python checks what machine code does not: a position beyond the end of an array is an error there.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.candidates import base
from models.candidates.base import gather
from models.features import FEATURES, features
from models.purchases import Floats, Ints
from models.ranker import DEPTH, Ranker
from tests.contract.test_any_history import CONTACT, LINES, a_history, a_moment, learned

FILES = [
    importlib.import_module(".".join(path.with_suffix("").parts))
    for folder in ("models", "service", "training")
    for path in sorted(Path(folder).rglob("*.py"))
    if "\n@compiled\n" in path.read_text()
]
COMPILED = [
    (file, name)
    for file in FILES
    for name, found in vars(file).items()
    if hasattr(found, "py_func") and found.__module__ == file.__name__
]


def test_what_is_compiled_is_found() -> None:
    assert {file.__name__ for file in FILES} >= {"models.ids", "models.ranker", "service.profile"}
    assert ("models.candidates.base", "_merged") in [
        (file.__name__, name) for file, name in COMPILED
    ]


@pytest.mark.parametrize(("file", "name"), COMPILED)
def test_what_is_kept_depends_on_one_file_alone(file: ModuleType, name: str) -> None:
    """Kept code is forgotten when its file changes, and not when another does."""
    own = {
        target.id
        for statement in ast.parse(Path(str(file.__file__)).read_text()).body
        for target in ast.walk(statement)
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    } | {name for _, name in COMPILED if hasattr(file, name)}
    function = getattr(file, name).py_func
    used = {name for name in function.__code__.co_names if name in function.__globals__}
    assert used - own <= {"np", "math"}


def test_without_a_place_to_keep_code_it_is_compiled_all_the_same() -> None:
    program = (
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "from models.compiled import compiled\n"
        "print(compiled(lambda a: a + 1)(2))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "3\n"), ended.stderr


def plainly(call: Callable[[], Any]) -> Any:
    """What is computed when nothing is compiled."""
    with pytest.MonkeyPatch.context() as patch:
        for file, name in COMPILED:
            patch.setattr(file, name, getattr(file, name).py_func)
        return call()


@given(lines=LINES, topic=st.sampled_from([None, "return"]), contact=CONTACT)
@settings(deadline=None)
def test_what_is_compiled_does_as_it_is_written(
    lines: list[tuple[int, float, int, float]], topic: str | None, contact: list[int]
) -> None:
    catalogue, sources = learned()

    def asked() -> tuple[Ints, Floats, Floats]:
        moment = a_moment(a_history(lines), topic, contact)  # anew: histories keep what they know
        candidates = gather(sources, moment)
        return candidates.items, candidates.scores, features(moment, candidates, catalogue)

    fast, slow = asked(), plainly(asked)
    np.testing.assert_array_equal(fast[0], slow[0])
    np.testing.assert_allclose(fast[1], slow[1], rtol=1e-4)
    np.testing.assert_allclose(fast[2], slow[2], rtol=1e-4, atol=1e-5)


def some_trees() -> Ranker:
    rng = np.random.default_rng(5)
    inner, every = (3, 2**DEPTH - 1), (3, 2 ** (DEPTH + 1) - 1)
    return Ranker(
        features=rng.integers(0, len(FEATURES), inner).astype(np.int16),
        thresholds=rng.choice([0.0, 0.5, np.inf], inner).astype(np.float32),
        values=rng.normal(size=every).astype(np.float32),
        baseline=np.ones(1, dtype=np.float32),
        raw=np.zeros(1, dtype=np.float32),
        calibrated=np.zeros(1, dtype=np.float32),
    )


def test_trees_do_as_they_are_written() -> None:
    trees = some_trees()
    table = np.random.default_rng(6).choice([0, 0.5, 1], (20, len(FEATURES))).astype(np.float32)
    groups = (np.arange(len(FEATURES)) % 4).astype(np.int32)
    for call in (lambda: trees.log_odds(table), lambda: trees.contributions(table[:3], groups)):
        np.testing.assert_allclose(call(), plainly(call), rtol=1e-5)


SAID = st.lists(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0.0, 0.25, 0.5, 1.0])), max_size=60),
    min_size=1,
    max_size=4,
)


@given(said=SAID, limit=st.integers(1, 12))
@settings(deadline=None)
def test_candidates_are_the_highest_sums_of_each_source(
    said: list[list[tuple[int, float]]], limit: int
) -> None:
    sums: list[dict[int, float]] = [{} for _ in said]
    for own, pairs in zip(sums, said, strict=True):
        for item, score in pairs:
            own[item] = own.get(item, 0.0) + score
    flat = [pair for pairs in said for pair in pairs]
    items, scores = base._summed(
        np.array([item for item, _ in flat], dtype=np.int32),
        np.array([score for _, score in flat], dtype=np.float32),
        np.cumsum([len(pairs) for pairs in said]),
    )
    assert items.tolist() == list(dict.fromkeys(item for item, _ in flat))
    assert scores.T.tolist() == [[own.get(item, 0.0) for item in items.tolist()] for own in sums]
    items = items[base._best(scores, np.full(len(said), limit))]
    for own in sums:
        above = sorted((score for score in own.values() if score > 0), reverse=True)
        least = above[min(limit, len(above)) - 1] if above else np.inf
        must = {item for item, score in own.items() if score > least}
        assert must <= set(items.tolist())
        kept = [score for item, score in own.items() if item in items and score >= least]
        assert len(kept) >= min(limit, len(above))
    assert len(items) <= sum(min(limit, sum(x > 0 for x in own.values())) for own in sums)
