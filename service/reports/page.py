"""The recovery report as one page for people: no script, no outside file, good on paper too.

Called by `service/reports/tables.py` with the JSON of the report, whose numbers it shows.
"""

from __future__ import annotations

from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any, Final

from service.reports.definitions import DEFINITIONS

STYLE: Final = Path(__file__).with_name("page.css")
MARKS: Final = (Decimal("0.30"), Decimal("4.00"))
"""Service that pays for 30 percent of its cost, and four times over."""
SCALE_END: Final = Decimal(5)
"""Bars of all reports share one scale; what is longer ends in an arrow, its number beside it."""
WIDTH: Final = 200
NOT_MEASURED: Final = "not known"
"""Stands in for incremental and net where the holdout comparison gives no number."""
HEADINGS: Final = (
    "Contacts", "Eligible", "Asked", "Accepted", "Unreported", "Customers, may be asked",
    "Customers, holdout", "Service cost", "of which asking", "Same contact: sales, ratio",
    "Attributed: sales, ratio", "Incremental", "Net", "Verdict",
)  # fmt: skip


def page(document: dict[str, Any]) -> str:
    """HTML of a report's JSON; every name from outside is escaped."""
    total, currency = document["total"], escape(document["currency"])
    title = f"Service recovery, {document['from']} to {document['to']}"
    rows = "\n".join(_row(row) for row in document["rows"])
    foot = f"<tfoot>{_row(total)}</tfoot>" if document["group_by"] != "none" else ""
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
    meanings = "\n".join(
        f"<dt>{name}</dt><dd>{defined.meaning}</dd>" for name, defined in DEFINITIONS.items()
    )
    group = "" if document["group_by"] == "none" else document["group_by"].replace("_", " ")
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{STYLE.read_text("utf-8")}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="soft">Money in {currency}. Days in UTC. Orders count for a contact up to
{document["window_days"]} days after it. Made {_time(document["made_at"])}.</p>
{_notes(document)}
<ul class="headline">
<li>Service cost <strong>{_money(total["service_cost"])}</strong>
of which asking {_money(total["cost_of_asking"])}</li>
<li>Same contact <strong>{_ratio(total["same_contact"])}</strong>
{_money(total["same_contact"]["sales"])} of sales</li>
<li>Attributed <strong>{_ratio(total["attributed"])}</strong>
{_money(total["attributed"]["sales"])} of sales, many of which would have come anyway</li>
<li>Incremental <strong>{_headline(total["incremental"])}</strong>
{_between(total["incremental"])} what would not have come otherwise: the number to decide by</li>
<li>Net <strong>{_headline(total["net"])}</strong>
{_between(total["net"])} after the cost of goods and of asking; {_verdict(total)}</li>
</ul>
<h2>{"By " + group if group else "In numbers"}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of the report">
<table>
<caption>The bars are ratios of sales to service cost, from 0 to {SCALE_END}. Their lines are
at {" and ".join(map(str, MARKS))}.</caption>
<thead><tr><th scope="col">{group.capitalize() or "Group"}</th>{headings}</tr></thead>
<tbody>
{rows}
</tbody>
{foot}
</table>
</div>
<h2>What the words mean</h2>
<dl>
{meanings}
</dl>
<p class="soft">Definitions, version {document["definitions_version"]}.</p>
</main>
</body>
</html>
"""


def _notes(document: dict[str, Any]) -> str:
    notes = []
    if document["cost_basis"] == "benchmark":
        notes.append("The costs are a benchmark, not yours, so the ratios are not yours either.")
    notes.append(f"Costs as of {document['cost_as_of']}: {escape(document['cost_source'])}.")
    if not document["mature"]:
        notes.append(f"Orders may still be added until {_time(document['matures_at'])}.")
    if document["maturity"]:
        notes.append(f"By past contacts, of a window's sales {_curve(document['maturity'])}.")
    said = "".join(
        f"<li>{escape(one['group'] + ': ' if one['group'] else '')}{escape(one['text'])}</li>"
        for one in document["statements"]
    )
    listed = f'<ul class="note">{said}</ul>' if said else ""
    return f'<p class="note">{" ".join(notes)}</p>{listed}'


def _curve(maturity: list[dict[str, Any]]) -> str:
    """The first day, about the middle and the last one, in words."""
    places = sorted({0, len(maturity) // 2, len(maturity) - 1})
    return ", ".join(
        f"{Decimal(maturity[place]['share']):.0%} has come by day {maturity[place]['day']}"
        for place in places
    )


def _row(row: dict[str, Any]) -> str:
    same, attributed = row["same_contact"], row["attributed"]
    cells = (
        *(f"{row[name]:,}" for name in
          ("interactions", "eligible", "asked", "accepted", "unreported")),
        f"{row['customers']['treatment']:,}",
        f"{row['customers']['holdout']:,}",
        _money(row["service_cost"]),
        _money(row["cost_of_asking"]),
        _money(same["sales"]) + "<br>" + _ratio(same) + _bar(same["ratio"]),
        _money(attributed["sales"]) + "<br>" + _ratio(attributed) + _bar(attributed["ratio"]),
        _measured(row["incremental"], "sales"),
        _measured(row["net"], "margin"),
        _verdict(row),
    )  # fmt: skip
    inner = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(row["group"])}</th>{inner}</tr>'


def _measured(found: dict[str, Any] | None, name: str) -> str:
    if found is None:
        return NOT_MEASURED
    return f"{_money(found[name])}<br>{_ratio(found)}<br>{_between(found)}"


def _headline(found: dict[str, Any] | None) -> str:
    return NOT_MEASURED if found is None else _ratio(found)


def _between(found: dict[str, Any] | None) -> str:
    """The interval of the ratio; an end that is not there is said to be none."""
    if found is None or (found["ratio"] is None and not found["unbounded"]):
        return ""
    ends = [
        f'<data value="{end}">{end}</data>' if end else "unbounded"
        for end in (found["low"], found["high"])
    ]
    return f"({ends[0]} to {ends[1]})"


def _verdict(row: dict[str, Any]) -> str:
    text = escape(row["verdict"].replace("_", " "))
    needed = row["needed"]
    return f"{text}: about {needed:,} more customers needed" if needed else text


def _time(moment: str) -> str:
    return f'<time datetime="{moment}">{moment[:10]} {moment[11:16]} UTC</time>'


def _money(amount: str) -> str:
    return f'<data value="{amount}">{Decimal(amount):,}</data>'


def _ratio(sales: dict[str, str | None]) -> str:
    ratio = sales["ratio"]
    return f'<data value="{ratio}">{ratio}</data>' if ratio else "no cost"


def _bar(ratio: str | None) -> str:
    """A ratio drawn between 0 and `SCALE_END`; only seen, since the number stands beside it."""
    if ratio is None:
        return ""
    length = _place(min(max(Decimal(ratio), Decimal(0)), SCALE_END))
    # The style sheet has the colours; where it does not reach, the ink of the text serves.
    parts = [
        f'<rect class="room" y="3" width="{WIDTH}" height="10" fill="none" stroke="currentColor"/>',
        f'<rect class="bar" y="3" width="{length}" height="10" fill="currentColor"/>',
        *(f'<path class="mark" d="M{_place(mark)} 0v16" stroke="currentColor"/>' for mark in MARKS),
    ]
    if Decimal(ratio) > SCALE_END:
        parts.append(f'<path class="more" d="M{WIDTH - 8} 3l8 5l-8 5z" fill="currentColor"/>')
    return (
        f'<svg viewBox="0 0 {WIDTH} 16" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def _place(ratio: Decimal) -> Decimal:
    return (ratio * WIDTH / SCALE_END).quantize(Decimal("0.1"))
