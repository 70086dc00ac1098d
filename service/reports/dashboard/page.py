"""The manager's page, piece by piece: what is ready can be read while the rest is still summed up.

Called by `service/api/dashboard.py`, which sends the pieces as they come, and by
`python -m service report --html`, which writes them into one file. All numbers are those of the
reports' JSON.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.reports.dashboard import words
from service.reports.dashboard.charts import Point
from service.reports.definitions import DEFINITIONS, VERSION
from service.reports.query import EARLIEST, RecoveryQuery

FOLDER: Final = Path(__file__).parent
STYLE: Final = FOLDER.joinpath("dashboard.css").read_text("utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""The one style sheet stands in the page, known by its hash; nothing is loaded, nothing runs."""
BREAKDOWNS: Final = ("channel", "topic", "team", "script")
ROWS_DRAWN: Final = 12
"""Groups beyond these are in the table alone."""
WEEKS: Final = (4, 12, 52)
SECTIONS: Final = {
    "touchpoints": "touchpoints", "adherence": "done", "lost-opportunities": "missed",
    "harm": "harm", "retention": "retention",
}  # fmt: skip
"""Reports beside the recovery report, as in their addresses, and the template of each."""
MORE: Final = {
    "channels": "What each channel costs and how customers are served there",
    "coaching": "How each agent asks, adjusted for their mix of contacts",
    "efforts": "What was done for customers beyond the contact, and whether it had an effect",
    "integrity": "Outcomes that are hardly true",
}
"""Reports that are files alone."""
Reports = Callable[[str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class View:
    """What stands around the numbers of a page."""

    query: RecoveryQuery
    truth: Mapping[str, Any] | None = None
    """What the seed knows, where the data are made by one (`service/ledger/made.py`)."""
    channels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    """To choose from."""
    interactive: bool = True
    """Whether there is a service behind it, to filter, download and sign out; not so in a file."""
    fault: str = ""
    """Why nothing can be shown, such as dates the wrong way round."""


def default_query(today: date, newest: date | None, window_days: int = 7) -> RecoveryQuery:
    """The last twelve weeks whose sales are all in, as far as there are contacts.

    >>> query = default_query(date(2026, 11, 28), date(2026, 11, 27))
    >>> query.from_date, query.to_date
    (datetime.date(2026, 8, 31), datetime.date(2026, 11, 20))
    """
    last = today - timedelta(days=window_days + 1)
    last = min(last, newest) if newest else last
    return RecoveryQuery(_monday(last, weeks=12), last, window_days)


def page(view: View, reports: Reports, insights: Reports) -> Iterator[str]:
    """HTML in the order in which it is read.

    Args:
        reports: gives the JSON of the recovery report for a `group_by`, of the view's query.
        insights: gives the JSON of one of `SECTIONS`, likewise.
    """
    yield _render("top", view=view, query=view.query, style=STYLE, policy=POLICY,
                  spans=_spans(view.query))  # fmt: skip
    if not view.fault:
        weekly = reports("week")
        yield _headline(weekly)
        if view.truth is not None:
            yield _truth(view)
        yield _trend(weekly)
        for group_by in BREAKDOWNS:
            yield _breakdown(reports(group_by), view)
        for name in SECTIONS:
            yield _section(name, insights(name), view)
        if view.interactive:
            yield _render("more", query=view.query, more=MORE)
    yield _render("end", view=view, definitions=DEFINITIONS, version=VERSION)


def _truth(view: View) -> str:
    """What the seed of made data knows, and the period that it speaks of."""
    truth, query = view.truth or {}, view.query
    if "to" in truth:
        last = date.fromisoformat(truth["to"]) - timedelta(days=1)
        query = RecoveryQuery(date.fromisoformat(truth["from"]), last, truth["window_days"])
    return _render("truth", truth=truth, view=view, query=query)


def sign_in(after: str, fault: str = "") -> str:
    """The form that asks for a manager's key.

    Args:
        after: the filters of the page that was asked for, as a query string.
    """
    return _render("sign_in", style=STYLE, after=after, fault=fault)


def sorry(title: str, text: str) -> str:
    """A page that only says what is wrong."""
    return _render("sorry", style=STYLE, title=title, text=text)


def point_of(row: dict[str, Any], label: str | None = None) -> Point:
    """A row of the JSON as a chart takes it."""
    found = row["incremental"] or {"ratio": None, "low": None, "high": None}
    return Point(
        row["group"] if label is None else label,
        _float(found["ratio"]),
        _float(found["low"]),
        _float(found["high"]),
        _float(row["attributed"]["ratio"]),
    )


def by_effect(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What brought most first; what is not measured last, the largest of it first."""

    def place(row: dict[str, Any]) -> tuple[bool, Decimal, int]:
        found = row["incremental"]
        known = found is not None and found["ratio"] is not None
        return not known, -Decimal(found["ratio"]) if known else Decimal(0), -row["interactions"]

    return sorted(rows, key=place)


def _headline(report: dict[str, Any]) -> str:
    from service.reports.dashboard import charts

    total = report["total"]
    summary = f"Incremental ratio {_ratio(total['incremental'])}"
    if ends := words.interval(total["incremental"]):
        summary += f", interval {ends}"
    summary += f"; attributed ratio {_ratio(total['attributed'])}; lines at 0.30 and 4.00."
    return _render("headline", report=report, total=total,
                   chart=charts.scale(point_of(total), summary))  # fmt: skip


def _trend(report: dict[str, Any]) -> str:
    from service.reports.dashboard import charts

    rows = report["rows"]
    points = tuple(point_of(row, _week(row["group"])) for row in rows)
    summary = f"Incremental and attributed ratio in {len(rows)} weeks; the table has the numbers."
    chart = charts.trend(points, summary) if rows else ""
    return _render("trend", report=report, rows=rows, chart=chart,
                   measured=any(point.ratio is not None for point in points))  # fmt: skip


def _breakdown(report: dict[str, Any], view: View) -> str:
    from service.reports.dashboard import charts

    rows, name = by_effect(report["rows"]), report["group_by"]
    drawn = tuple(point_of(row) for row in rows[:ROWS_DRAWN])
    summary = f"Incremental ratio by {name}, the highest first; the table has the numbers."
    chart = charts.intervals(name, drawn, summary) if drawn else ""
    return _render("breakdown", report=report, rows=rows, name=name, chart=chart,
                   beyond=len(rows) - len(drawn), view=view,
                   grouped=replace(view.query, group_by=name))  # fmt: skip


def _section(name: str, report: dict[str, Any], view: View) -> str:
    return _render(SECTIONS[name], report=report, view=view, query=view.query)


def _spans(query: RecoveryQuery) -> list[tuple[int, RecoveryQuery]]:
    """The last weeks before the end of the period that is shown."""
    return [
        (weeks, replace(query, from_date=_monday(query.to_date, weeks), group_by="none"))
        for weeks in WEEKS
    ]


def _monday(last: date, weeks: int) -> date:
    """The first day of so many weeks, that of `last` included."""
    return max(last - timedelta(days=last.weekday() + 7 * (weeks - 1)), EARLIEST)


def _address(query: RecoveryQuery) -> str:
    """The query as it stands in an address."""
    named = {
        "from": query.from_date.isoformat(),
        "to": query.to_date.isoformat(),
        "window_days": str(query.window_days),
        "channel": query.channel,
        "team": query.team,
        "group_by": None if query.group_by == "none" else query.group_by,
    }
    return urlencode({name: value for name, value in named.items() if value is not None})


def _week(group: str) -> str:
    """The Monday of a week such as 2026-W45.

    >>> _week("2026-W45")
    '2 Nov'
    """
    monday = date.fromisocalendar(int(group[:4]), int(group[6:]), 1)
    return f"{monday.day} {monday:%b}"


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"


def _ratio(found: dict[str, Any] | None) -> str:
    """Two places, as one speaks of it; tables and files have all four."""
    if found is None or found["ratio"] is None:
        return "not known"
    return f"{Decimal(found['ratio']):.2f}"


def _share(found: dict[str, Any] | None) -> str:
    return "" if found is None else f"{found['value']:.1%} of {found['n']:,}"


def _between(found: dict[str, Any] | None) -> str:
    """Ends of a difference of shares, in points of a hundred."""
    return "not known" if found is None else f"{found['low']:+.1%} to {found['high']:+.1%}"


def _mean(found: dict[str, Any] | None) -> str:
    return "not known" if found is None else f"{found['value']:,.3f}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"money": _money, "ratio": _ratio, "week": _week, "share": _share,
                       "between": _between, "mean": _mean, "plain": _plain}  # fmt: skip
_templates.globals |= {"words": words, "address": _address}


def _render(template: str, **values: Any) -> str:
    return _templates.get_template(f"{template}.html").render(**values) + "\n"
