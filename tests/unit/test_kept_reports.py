"""Large reports are kept for a minute, small ones never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from service.reports.kept import CONTACTS, MOST, KeptReports

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def made(at: datetime, contacts: int) -> Any:
    return SimpleNamespace(made_at=at, contacts=contacts)


@pytest.mark.parametrize(
    ("contacts", "later", "again"),
    [
        (CONTACTS + 1, timedelta(seconds=59), False),
        (CONTACTS + 1, timedelta(seconds=60), True),
        (CONTACTS, timedelta(), True),
    ],
)
def test_a_report_is_made_again_when_it_is_small_or_a_minute_old(
    contacts: int, later: timedelta, again: bool
) -> None:
    reports = KeptReports()
    first = reports.get("november", NOW, lambda: made(NOW, contacts))
    second = reports.get("november", NOW + later, lambda: made(NOW + later, contacts))
    assert (second is not first) is again


def test_another_question_is_another_report_and_only_so_many_are_kept() -> None:
    reports = KeptReports()
    first = reports.get(0, NOW, lambda: made(NOW, CONTACTS + 1))
    for asked in range(1, MOST + 1):
        reports.get(asked, NOW, lambda: made(NOW, CONTACTS + 1))
    assert reports.get(0, NOW, lambda: made(NOW, CONTACTS + 1)) is not first
