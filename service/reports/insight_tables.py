"""The reports beside the recovery report as JSON and CSV; the CSV is written from the JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final

from service.reports import definitions
from service.reports.insight import Insight
from service.reports.tables import cell, safe

HEAD: Final = (
    "report", "from", "to", "currency", "window_days", "group_by", "cost_basis",
    "definitions_version", "made_at",
)  # fmt: skip
"""Repeated on every row of the CSV, so that no row is read without them."""
PLACES: Final = 4
"""Of shares and differences."""
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def insight_json(insight: Insight[Any]) -> dict[str, Any]:
    """The report as plain JSON values: money is a decimal string, a share a number."""
    query, costs = insight.asked.query, insight.asked.costs
    return {
        "report": insight.name,
        "from": query.from_date.isoformat(),
        "to": query.to_date.isoformat(),
        "currency": costs.currency,
        "window_days": query.window_days,
        "group_by": query.group_by,
        "channel": query.channel,
        "team": query.team,
        "cost_basis": costs.basis,
        "definitions_version": definitions.VERSION,
        "made_at": insight.made_at.isoformat(timespec="seconds"),
        "contacts": insight.contacts,
        "statements": plain(insight.statements),
        "rows": plain(insight.rows),
        "total": plain(insight.total),
    }


def insight_csv(insight: Insight[Any]) -> str:
    """The rows, then the total if there is one; text cannot act as a formula."""
    document = insight_json(insight)
    rows = [*document["rows"], *([document["total"]] if document["total"] else [])]
    columns = list(dict.fromkeys(name for row in rows for name, _ in flat(row)))
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow((*HEAD, "statements", "part", *columns))
    told = safe(" ".join(one["text"] for one in document["statements"]))
    head = [cell(document[name]) for name in HEAD]
    for place, row in enumerate(rows):
        cells = dict(flat(row))
        part = "row" if place < len(document["rows"]) else "total"
        writer.writerow((*head, told, part, *(_written(cells.get(name)) for name in columns)))
    return output.getvalue()


def plain(value: Any) -> Any:
    """A value of a report in the types that JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return str(value)
    return round(value, PLACES) if isinstance(value, float) else value


def flat(row: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """(column, value) of a row; what is inside of an object has its name before it.

    >>> list(flat({"a": 1, "b": {"low": 2}, "c": [{"name": "x", "number": 3}]}))
    [('a', 1), ('b_low', 2), ('c', 'x:3')]
    """
    for name, value in row.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}_")
        elif isinstance(value, list):
            counted = (f"{one['name']}:{one['number']}" for one in value)
            yield before + name, " ".join(counted)
        else:
            yield before + name, value


def _written(value: Any) -> str:
    # a number may begin with a minus, whatever else comes from outside must not
    return safe(value) if isinstance(value, str) and not _NUMBER.fullmatch(value) else cell(value)
