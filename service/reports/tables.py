"""The recovery report as JSON, CSV and HTML. All are written from the JSON: one set of numbers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any, Final

from service.reports import definitions
from service.reports.effect import Effect, Measured
from service.reports.page import page
from service.reports.recovery import Report, Row

HEAD: Final = (
    "from", "to", "currency", "window_days", "cost_basis", "definitions_version", "made_at",
    "mature", "matures_at",
)  # fmt: skip
"""Repeated on every row of the CSV, so that no row is read without them."""
COLUMNS: Final = (
    "interactions", "eligible", "asked", "accepted", "unreported",
    "customers.treatment", "customers.holdout", "service_cost", "cost_of_asking",
    "same_contact.sales", "same_contact.ratio", "attributed.sales", "attributed.ratio",
    "incremental.sales", "incremental.ratio", "incremental.low", "incremental.high",
    "incremental.confidence", "incremental.method",
    "net.margin", "net.ratio", "net.low", "net.high", "attribution_inflation",
    "verdict", "needed", "unpriced", "cost_parts.handling", "cost_parts.goodwill",
    "cost_parts.tooling",
)  # fmt: skip
"""Columns of the CSV by their place in a row of the JSON; a dot steps inside."""


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON values: money and ratios are decimal strings."""
    query, costs = report.query, report.costs
    return {
        "from": query.from_date.isoformat(),
        "to": query.to_date.isoformat(),
        "currency": costs.currency,
        "window_days": query.window_days,
        "group_by": query.group_by,
        "channel": query.channel,
        "team": query.team,
        "definitions_version": definitions.VERSION,
        "cost_basis": costs.basis,
        "cost_version": costs.version,
        "cost_source": costs.source,
        "cost_as_of": costs.as_of.isoformat(),
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "mature": report.mature,
        "matures_at": report.matures_at.isoformat(timespec="seconds"),
        "maturity": [
            {"day": arrived.day, "share": str(arrived.share)} for arrived in report.maturity
        ],
        "margin_rate": str(report.margin_rate),
        "statements": [
            {"code": one.code, "text": one.text, "group": one.group} for one in report.statements
        ],
        "rows": [_row(row) for row in report.rows],
        "total": _row(report.total),
    }


def to_csv(report: Report) -> str:
    """The rows, then the total (its `group_by` is "none"); text cannot act as a formula."""
    document = to_json(report)
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(
        (
            *HEAD,
            "maturity",
            "statements",
            "only_channel",
            "only_team",
            "group_by",
            "group",
            *(name.replace(".", "_") for name in COLUMNS),
        )
    )
    head = [cell(document[name]) for name in HEAD]
    curve = " ".join(f"{each['day']}:{each['share']}" for each in document["maturity"])
    said = " ".join(
        f"[{each['group']}] {each['text']}" if each["group"] else each["text"]
        for each in document["statements"]
    )
    head += [curve, safe(said), *(safe(document[name] or "") for name in ("channel", "team"))]
    grouped = [(report.query.group_by, row) for row in document["rows"]]
    if report.query.group_by != "none":
        grouped.append(("none", document["total"]))
    for group_by, row in grouped:
        values = (value(row, column) for column in COLUMNS)
        # Only a group's name comes from outside; a number may begin with a minus.
        writer.writerow((*head, group_by, safe(row["group"]), *map(cell, values)))
    return output.getvalue()


def to_html(report: Report) -> str:
    """A page for people, the same numbers."""
    return page(to_json(report))


def value(row: dict[str, Any], column: str) -> Any:
    """What a row of the JSON holds at a column's place; None inside of nothing."""
    found: Any = row
    for step in column.split("."):
        found = None if found is None else found[step]
    return found


def _row(row: Row) -> dict[str, Any]:
    totals = row.totals
    return {
        "group": row.group,
        "interactions": totals.interactions,
        "eligible": totals.eligible,
        "asked": totals.asked,
        "accepted": totals.accepted,
        "unreported": totals.unreported,
        "customers": {
            "treatment": row.customers_treatment,
            "holdout": row.customers_holdout,
        },
        "service_cost": _money(totals.service_cost),
        "cost_of_asking": _money(totals.cost_of_asking),
        "same_contact": {
            "sales": _money(totals.same_contact_sales),
            "ratio": _ratio(row.same_contact_ratio),
        },
        "attributed": {
            "sales": _money(totals.attributed_sales),
            "ratio": _ratio(row.attributed_ratio),
        },
        "incremental": _incremental(row.effect),
        "net": _net(row.effect),
        "attribution_inflation": _plain(row.attribution_inflation),
        "verdict": row.verdict,
        "needed": row.effect.needed if row.effect else None,
        "detectable": _plain(row.effect.detectable if row.effect else None),
        "unpriced": totals.unpriced,
        "cost_parts": {
            "handling": _money(totals.service_cost - totals.goodwill - totals.tooling),
            "goodwill": _money(totals.goodwill),
            "tooling": _money(totals.tooling),
        },
        "costed": {
            "given": totals.cost_given,
            "handle_time": totals.cost_by_time,
            "vendor": totals.cost_by_vendor,
            "per_contact": totals.cost_by_channel,
        },
    }


def _incremental(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None or effect.sales is None:
        return None
    return {
        "sales": _money(effect.sales.total),
        **_bounds(effect.sales),
        "confidence": effect.confidence,
        "method": effect.method,
    }


def _net(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None or effect.margin is None:
        return None
    return {
        "margin": _money(effect.margin.total),
        **_bounds(effect.margin),
        "always_low": _money(effect.margin.always_low),
        "always_high": _money(effect.margin.always_high),
        "per_asked": _plain(effect.margin.per_asked),
        "compliance": effect.compliance and round(effect.compliance, 4),
    }


def _bounds(measured: Measured) -> dict[str, Any]:
    """An end that is None is missing because it is unbounded, or there is no ratio at all."""
    return {
        "ratio": _ratio(measured.ratio),
        "low": _ratio(measured.low),
        "high": _ratio(measured.high),
        "unbounded": measured.unbounded,
        "total_low": _money(measured.total_low),
        "total_high": _money(measured.total_high),
    }


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _ratio(ratio: Decimal | None) -> str | None:
    return None if ratio is None else f"{ratio:.4f}"


def cell(found: Any) -> str:
    return "" if found is None else str(found)


def safe(text: str) -> str:
    """Spreadsheets run text that begins like a formula; an apostrophe makes it text again."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
