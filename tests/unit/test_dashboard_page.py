"""The manager's page without a browser: its words, the order of its rows, and its charts."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from service.reports.dashboard import charts, words
from service.reports.dashboard.charts import LEAST, MOST, Point
from service.reports.dashboard.page import by_effect, default_query, point_of

WIDE = Point("north", 0.5, 0.2, 0.8, 2.0)


def a_row(group: str = "all", ratio: str | None = "0.2699", **changes: Any) -> dict[str, Any]:
    """A row of the JSON as far as the page's words and charts look at it."""
    found = {"ratio": ratio, "low": "0.0400", "high": "0.5000", "unbounded": False}
    row: dict[str, Any] = {
        "group": group,
        "interactions": 10,
        "incremental": found if ratio else None,
        "net": found if ratio else None,
        "attributed": {"sales": "5727.00", "ratio": "0.7150"},
        "attribution_inflation": "2.65",
        "verdict": "not_enough_data",
        "needed": None,
    }
    return row | changes


def a_report(**total: Any) -> dict[str, Any]:
    return {
        "currency": "GBP",
        "window_days": 7,
        "matures_at": "2026-12-08T00:00:00+00:00",
        "maturity": [{"day": day, "share": f"0.{day}000"} for day in range(1, 8)],
        "total": a_row(**total),
    }


def test_the_headline_says_what_one_unit_of_money_brought_back() -> None:
    assert words.headline(a_report(verdict="gain")).startswith(
        "For every 1.00 GBP of service cost, asking brought back 0.27 GBP of sales"
    )
    lost = a_report(ratio="-0.1200", verdict="loss")
    assert "asking lost 0.12 GBP" in words.headline(lost)
    assert "cannot be told" in words.headline(a_report(ratio=None))


def test_before_there_is_a_verdict_a_number_is_called_a_guess() -> None:
    assert "best guess so far is 0.27 GBP" in words.headline(a_report())
    assert "overstates" not in words.why_they_differ(a_report())
    assert "overstates 2.65 times" in words.why_they_differ(a_report(verdict="gain"))


def test_too_little_data_names_what_is_missing_and_never_a_winner() -> None:
    row = a_row(needed=1400)
    assert words.verdict(row) == "Not enough data yet: about 1,400 more customers"
    assert "could be chance" in words.reason(a_report())
    assert "Too little is known" in words.reason(a_report(ratio=None))


def test_what_matures_says_until_when_and_how_much_has_usually_come() -> None:
    assert words.reason(a_report(verdict="maturing")) == (
        "Orders count until 2026-12-08. By past contacts 40% of a window's sales have come by "
        "day 4."
    )


@pytest.mark.parametrize("verdict", ["gain", "loss", "arms_do_not_match", "maturing"])
def test_every_verdict_has_words(verdict: str) -> None:
    assert words.verdict(a_row(verdict=verdict))
    assert words.reason(a_report(verdict=verdict))


def test_an_interval_without_an_end_is_called_unbounded() -> None:
    found = {"ratio": None, "low": None, "high": None, "unbounded": True}
    assert words.interval(found) == "unbounded to unbounded"
    assert words.interval(None) == ""


def test_three_numbers_differ_for_a_reason_that_is_said() -> None:
    assert "anyway and overstates 2.65 times" in words.why_they_differ(a_report(verdict="gain"))
    unknown = a_report(verdict="gain", attribution_inflation=None)
    assert "overstates" not in words.why_they_differ(unknown)


def test_groups_go_by_what_they_brought_and_not_by_how_busy_they_are() -> None:
    rows = [
        a_row("busy", "0.1000", interactions=900),
        a_row("unknown", None, interactions=50),
        a_row("best", "1.5000", interactions=5),
        a_row("larger unknown", None, interactions=60),
        a_row("loses", "-0.2000"),
    ]
    named = [row["group"] for row in by_effect(rows)]
    assert named == ["best", "busy", "loses", "larger unknown", "unknown"]


def test_the_usual_period_is_mature_and_ends_where_the_contacts_end() -> None:
    today = date(2026, 11, 28)
    assert default_query(today, today).to_date == date(2026, 11, 20)
    assert default_query(today, date(2011, 12, 9)).to_date == date(2011, 12, 9)
    assert default_query(today, None).from_date == date(2026, 8, 31)
    assert default_query(today, today).from_date.isoweekday() == 1


def drawn(svg: str) -> ElementTree.Element:
    assert "style=" not in svg
    assert "<style" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    return ElementTree.fromstring(svg)


def test_charts_bring_no_style_of_their_own_and_their_ids_stay_apart() -> None:
    one = charts.intervals("team", (WIDE,), "By team")
    other = charts.intervals("channel", (WIDE,), "By channel")
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg in (one, other, charts.trend((WIDE, WIDE), "Trend"), charts.scale(WIDE, "Scale")):
        root = drawn(svg)
        assert root.get("role") == "img"
        assert set(re.findall(r'href="#([^"]+)"', svg)) <= set(re.findall(r'id="([^"]+)"', svg))


def test_the_lines_at_030_and_400_are_named_in_every_chart() -> None:
    for svg in (charts.trend((WIDE,), "a"), charts.scale(WIDE, "b"),
                charts.intervals("team", (WIDE,), "c")):  # fmt: skip
        texts = [text for text in drawn(svg).itertext() if text.strip()]
        assert {"0.30", "4.00"} <= set(texts)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$x^$", "a & b", "日本語", "_", "x" * 200, "a\nb"]
)
def test_any_name_is_drawn_as_it_is(name: str) -> None:
    svg = charts.intervals("team", (Point(name, 0.1, None, None, None),), name)
    root = drawn(svg)
    assert root.get("aria-label") == name
    assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}
    assert charts.short(name).split("\n")[0] in list(root.itertext())


def test_what_leaves_the_scale_or_is_not_known_is_drawn_within_it() -> None:
    points = (
        Point("far", 40.0, 20.0, 90.0, 1000.0),
        Point("deep", -8.0, None, None, 0.0),
        Point("none", None, None, None, None),
    )
    for svg in (charts.trend(points, "t"), charts.intervals("team", points, "i")):
        root = drawn(svg)
        width, height = (float(size) for size in root.attrib["viewBox"].split()[2:])
        for mark in root.iter("{http://www.w3.org/2000/svg}use"):
            assert -1 <= float(mark.get("x", 0)) <= width + 1
            assert -1 <= float(mark.get("y", 0)) <= height + 1
    assert LEAST < 0 < MOST


def test_a_row_of_the_json_becomes_a_point() -> None:
    assert point_of(a_row("north")) == Point("north", 0.2699, 0.04, 0.5, 0.715)
    assert point_of(a_row(ratio=None)).ratio is None


def test_charts_are_the_same_from_many_threads_at_once() -> None:
    many = [Point(f"team {number}", number / 4, 0.0, 3.0, 1.0) for number in range(8)]
    alone = [charts.intervals.__wrapped__("x", (point,), "s") for point in many]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda p: charts.intervals.__wrapped__("x", (p,), "s"), many))
    assert alone == together
