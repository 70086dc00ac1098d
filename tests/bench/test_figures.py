"""The benchmark's arithmetic, and that its parts can be imported at all."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.bench.figures import Spread, percentile, ratios, spread


def test_a_percentile_is_a_value_that_was_measured() -> None:
    """Nearest rank: of 1..100 the 99th percentile is 99, of one value it is that value."""
    hundred = list(range(100, 0, -1))
    assert [percentile(hundred, share) for share in (0.07, 0.5, 0.95, 0.99, 1.0)] == [
        7, 50, 95, 99, 100
    ]  # fmt: skip
    assert percentile([3.0], 0.5) == percentile([3.0], 0.99) == 3.0
    assert percentile([1.0, 2.0], 0.99) == 2.0


def test_a_spread_is_the_median_and_the_range() -> None:
    assert spread([3.0, 1.0, 8.0]) == Spread(3.0, 1.0, 8.0)
    assert spread([1.0, 2.0]) == Spread(1.5, 1.0, 2.0)


def test_ratios_compare_within_a_round() -> None:
    """A round in which the machine was half as fast leaves the ratio as it was."""
    assert ratios([600.0, 300.0], [1000.0, 500.0]) == Spread(0.6, 0.6, 0.6)


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*.py")), ids=lambda p: p.stem)
def test_every_part_can_be_imported(path: Path) -> None:
    assert importlib.import_module(f"tests.bench.{path.stem}").__doc__
