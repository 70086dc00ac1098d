"""The report as JSON, CSV and HTML: one set of numbers, and nothing that acts on its reader."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from typing import Any

import psycopg
import pytest

from service.reports.definitions import DEFINITIONS, LONGEST, Definition
from service.reports.recovery import Report
from service.reports.tables import COLUMNS, to_csv, to_html, to_json, value
from tests.ledger_rows import LedgerRows, ledger_rows, money, report

EVIL = '=HYPERLINK("x"), <script>&\''


@pytest.fixture
def teams(clean_stores: tuple[str, str]) -> Iterator[Report]:
    """Three teams, one with a name that means harm, one whose sales are below zero."""
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        shop = ledger_rows(connection)
        yield report(a_november(shop), group_by="team")


def a_november(shop: LedgerRows) -> LedgerRows:
    shop.contact("a", "ann", team=EVIL, cost=money("10.00"))
    shop.outcome(shop.decision("a", {"cake": "1234.50"}))
    shop.contact("b", "ben", team="-5", cost=money("0.00"))
    shop.contact("c", "cat", team="north", cost=money("2.50"))
    shop.order("o", {"tea": "1.00"}, "cat", refunds={"tea": "3.00"})
    return shop


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


class Reader(HTMLParser):
    """Collects the tags and, row by row, the cells of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[-1][-1] += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_the_json_has_the_fields_of_the_contract(teams: Report) -> None:
    document = to_json(teams)
    head = {
        "from": "2026-11-01", "to": "2026-11-30", "currency": "GBP", "window_days": 7,
        "cost_basis": "benchmark", "cost_version": 0, "definitions_version": "2",
        "margin_rate": "0.40", "maturity": [],
    }  # fmt: skip
    assert {name: document[name] for name in head} == head
    assert [one["code"] for one in document["statements"]] == [
        "refunds_beyond_order",
        "holdout_unknown",
    ]
    assert document["rows"][1] == {
        "group": EVIL,
        "interactions": 1, "eligible": 1, "asked": 1, "accepted": 1, "unreported": 0,
        "customers": {"treatment": 1, "holdout": 0},
        "service_cost": "10.00", "cost_of_asking": "0.00",
        "same_contact": {"sales": "1234.50", "ratio": "123.4500"},
        "attributed": {"sales": "1234.50", "ratio": "123.4500"},
        "incremental": None, "net": None, "attribution_inflation": None,
        "verdict": "not_enough_data", "needed": None, "detectable": None, "unpriced": 0,
        "cost_parts": {"handling": "10.00", "goodwill": "0.00", "tooling": "0.00"},
        "costed": {"given": 1, "handle_time": 0, "vendor": 0, "per_contact": 0},
    }  # fmt: skip


def test_the_csv_holds_the_numbers_of_the_json_and_then_the_total(teams: Report) -> None:
    document, rows = to_json(teams), rows_of(to_csv(teams))
    assert [row["group_by"] for row in rows] == ["team", "team", "team", "none"]
    assert rows[-1]["group"] == "all"
    for line, row in zip(rows, [*document["rows"], document["total"]], strict=True):
        found = {name: line[name.replace(".", "_")] for name in COLUMNS}
        assert found == {name: text(value(row, name)) for name in COLUMNS}
        assert (line["from"], line["cost_basis"]) == ("2026-11-01", "benchmark")
        for said in document["statements"]:
            assert said["text"] in line["statements"]


def text(found: Any) -> str:
    return "" if found is None else str(found)


def test_text_in_the_csv_cannot_act_as_a_formula_and_numbers_stay_numbers(teams: Report) -> None:
    rows = rows_of(to_csv(teams))
    assert [row["group"] for row in rows] == ["'-5", "'" + EVIL, "north", "all"]
    assert "-2.00" in [row["attributed_sales"] for row in rows]


def test_the_page_shows_the_numbers_of_the_json(teams: Report) -> None:
    document, page = to_json(teams), read(to_html(teams))
    shown = page.rows[1:]
    for cells, row in zip(shown, [*document["rows"], document["total"]], strict=True):
        counts = [row[n] for n in ("interactions", "eligible", "asked", "accepted", "unreported")]
        same, attributed = row["same_contact"], row["attributed"]
        assert [cell.replace(",", "") for cell in cells] == [
            row["group"].replace(",", ""),
            *map(str, counts),
            *map(str, row["customers"].values()),
            row["service_cost"],
            row["cost_of_asking"],
            same["sales"] + (same["ratio"] or "no cost"),
            attributed["sales"] + (attributed["ratio"] or "no cost"),
            "not known",
            "not known",
            "not enough data",
        ]


def test_the_page_says_what_must_be_known_first(teams: Report) -> None:
    page = to_html(teams)
    assert all(escape(statement.text) in page for statement in teams.statements)


def test_the_page_runs_nothing_and_loads_nothing(teams: Report) -> None:
    page = to_html(teams)
    tags = read(page).tags
    names = {tag for tag, _ in tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form"}
    given = {name for _, attributes in tags for name in attributes}
    assert not {name for name in given if name.startswith("on")} | given & {"src", "href", "style"}
    assert not re.search(r"url\(|@import|https?:", page)
    assert "&lt;script&gt;" in page


def test_the_page_can_be_read_with_a_screen_reader(teams: Report) -> None:
    tags = read(to_html(teams)).tags
    assert ("html", {"lang": "en-GB"}) in tags
    assert {"title", "main", "h1", "caption", "thead", "tbody", "tfoot"} <= {tag for tag, _ in tags}
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in tags if tag == "th")
    assert all(attributes["aria-hidden"] == "true" for tag, attributes in tags if tag == "svg")


def test_every_bar_has_its_lines_at_a_third_and_at_four(teams: Report) -> None:
    """0.30 and 4.00 on a scale from 0 to 5, drawn 200 wide; longer bars end in an arrow."""
    bars = re.findall(r"<svg.*?</svg>", to_html(teams))
    assert len(bars) == 2 * 3  # two ratios in the rows that have a cost, and in the total
    assert all("M12.0 0v16" in bar and "M160.0 0v16" in bar for bar in bars)
    lengths = [re.findall(r'class="bar" y="3" width="([\d.]+)"', bar)[0] for bar in bars]
    assert lengths == ["200.0", "200.0", "0.0", "0.0", "200.0", "200.0"]
    assert ["more" in bar for bar in bars] == [True, True, False, False, True, True]


def test_the_page_says_that_a_benchmark_is_not_yours(teams: Report) -> None:
    assert "a benchmark, not yours" in to_html(teams)


def test_every_definition_is_short() -> None:
    assert all(len(defined.meaning) <= LONGEST for defined in DEFINITIONS.values())


@pytest.mark.parametrize(
    ("meaning", "serves"), [("Clicks.", ()), ("Clicks.", ("fun",)), ("x" * 201, ("ltv",))]
)
def test_a_number_that_serves_no_root_is_refused(meaning: str, serves: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"name some of acquisition|use 1 to 200"):
        Definition(meaning, serves)
