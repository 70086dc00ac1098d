"""docs/insights.md explains every report, every column and every word that a verdict can be."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from service.api.access import ROUTES
from service.ledger.asks import HELD_OUT, NOT_SHOWN, UNREPORTED
from service.reports import efforts, harm, touchpoints
from service.reports.adherence import AdherenceRow
from service.reports.channels import ChannelRow
from service.reports.coaching import CoachingRow
from service.reports.efforts import EffortRow
from service.reports.harm import HarmRow
from service.reports.insight import Estimated
from service.reports.integrity import IntegrityRow
from service.reports.lost import LostRow
from service.reports.retention import RetentionRow
from service.reports.touchpoints import TouchpointRow

MANUAL = Path(__file__).parents[2].joinpath("docs", "insights.md").read_text("utf-8")
ROWS = (
    AdherenceRow, ChannelRow, CoachingRow, EffortRow, HarmRow, IntegrityRow, LostRow, RetentionRow,
    TouchpointRow,
)  # fmt: skip


def columns(row: type[Any]) -> set[str]:
    """Names of the columns, and of those inside of them."""
    found = set[str]()
    for field in fields(row):
        found.add(field.name)
        for part in get_args(get_type_hints(row)[field.name]):
            if is_dataclass(part) and part in (efforts.Gap,):
                found |= columns(part)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_every_column_is_explained(row: type[Any]) -> None:
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`|^    .+$", MANUAL, re.MULTILINE))))
    assert columns(row) - words - {"eligible"} == set()


def test_every_share_is_explained() -> None:
    named = ", ".join(field.name for field in fields(Estimated))
    assert f"{{{named}}}" in " ".join(MANUAL.split())


def test_every_report_and_every_word_is_explained() -> None:
    reports = {call.removeprefix("GET ") for call in ROUTES if "/v1/reports/" in call}
    words = {
        *reports - {"/v1/reports/recovery"}, *touchpoints.STAGES, *harm.NAMES.values(),
        efforts.NO_EFFECT, efforts.MORE, efforts.LESS, harm.HARM, harm.NO_HARM,
        UNREPORTED, HELD_OUT, NOT_SHOWN, "no_reason_given", "maturing", "arms_do_not_match",
    }  # fmt: skip
    assert {word for word in words if f"`{word}`" not in MANUAL} == set()


def test_limits_are_those_of_the_manual() -> None:
    for name, limit in harm.LIMITS.items():
        row = next(line for line in MANUAL.splitlines() if f"| `{harm.NAMES[name]}` |" in line)
        assert f"| {limit * 100:g} point" in row
    assert f"{efforts.WORTH_HAVING['repurchase'] * 100:g} points of repurchase" in MANUAL
