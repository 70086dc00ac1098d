"""docs/gates.md knows every reason and every entry of the policy that it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.domain import NO_OFFER_REASONS
from service.decision.gates import GATES
from service.decision.policy import SHIPPED

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/gates.md").read_text(encoding="utf-8")
NUMBERS = {15: "fifteen", 16: "sixteen", 17: "seventeen"}


@pytest.mark.parametrize("reason", NO_OFFER_REASONS)
def test_every_reason_is_explained(reason: str) -> None:
    assert f"`{reason}`" in MANUAL


def test_the_gates_are_counted_right() -> None:
    assert f"passes {NUMBERS[len(GATES)]} gates" in MANUAL
    assert [int(n) for n in re.findall(r"^\| (\d+) \|", MANUAL, re.MULTILINE)] == [
        *range(1, len(GATES) + 1)
    ]


@pytest.mark.parametrize(
    "table",
    ["mood", "severity", "failure", "trial", "effort", "repeat", "fatigue", "declined",
     "converted", "quiet", "returners", "authority", "returned", "trouble"],
)  # fmt: skip
def test_every_limit_is_named_and_exists(table: str) -> None:
    assert re.search(rf"`{table}[`.]", MANUAL)
    assert f"\n[{table}]\n" in SHIPPED.read_text()
