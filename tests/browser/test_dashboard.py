"""The manager's page as a manager meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from service.__main__ import main
from tests.browser.conftest import HOSTILE, PERIOD, Site, Tab, new_tab

CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")


def report(page: Page, site: Site, query: str) -> dict[str, Any]:
    """The JSON that the browser gets with its own session."""
    answer = page.request.get(f"{site.url}/v1/reports/recovery?{query}")
    assert answer.ok, answer.text()
    document: dict[str, Any] = json.loads(answer.text())
    return document


def test_a_wrong_key_is_said_and_a_right_one_leads_to_the_view_that_was_asked_for(
    tab: Tab, site: Site
) -> None:
    page = tab.page
    page.goto(f"{site.url}/dashboard?{PERIOD}&channel=phone")
    page.get_by_label("Manager's key").fill("enc_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("unknown or was revoked")
    assert any("422" in said for said in tab.complaints)  # Chromium notes the status by itself
    tab.complaints.clear()
    page.get_by_label("Manager's key").fill(site.key)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Channel", exact=True)).to_have_value("phone")
    assert "key" not in page.url
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site.url}/dashboard")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_numbers_are_those_of_the_json_to_the_cent(tab: Tab, site: Site) -> None:
    page = tab.sign_in(site)
    total = report(page, site, PERIOD)["total"]
    shown = set(page.locator(".first data").evaluate_all("all => all.map(one => one.value)"))
    assert {
        total["service_cost"], total["cost_of_asking"], total["same_contact"]["sales"],
        total["attributed"]["sales"], total["attributed"]["ratio"],
        total["incremental"]["sales"], total["incremental"]["ratio"],
        total["net"]["margin"], total["net"]["ratio"],
    } <= shown  # fmt: skip
    assert page.locator(".big").inner_text() == f"{float(total['incremental']['ratio']):.2f}"
    by_team = report(page, site, f"{PERIOD}&group_by=team")["rows"]
    table = page.get_by_role("region", name="Table by team", include_hidden=True)
    for row in by_team:
        line = table.locator("tbody tr").filter(has=page.locator("th", has_text=row["group"]))
        found = line.locator("data").evaluate_all("all => all.map(one => one.value)")
        money = [row["service_cost"], row["attributed"]["sales"]]
        money += [row[key][of] for key, of in (("incremental", "sales"), ("net", "margin"))
                  if row[key]]  # fmt: skip
        assert found == money, row["group"]


def test_filters_change_the_numbers_and_stand_in_the_address(tab: Tab, site: Site) -> None:
    page = tab.sign_in(site)
    page.get_by_label("Channel", exact=True).select_option("chat")
    page.get_by_label("Team", exact=True).select_option("north")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**team=north**")
    total = report(page, site, f"{PERIOD}&channel=chat&team=north")["total"]
    assert f"{total['interactions']:,} contacts." in page.locator(".first").inner_text()
    with page.expect_download() as download:
        page.locator("section", has_text="By topic").get_by_role("link", name="CSV").last.click()
    text = Path(download.value.path()).read_text("utf-8")
    assert ",chat,north," in text.splitlines()[1]
    assert total["service_cost"] in text


def test_names_from_outside_stay_text(tab: Tab, site: Site) -> None:
    page = tab.sign_in(site)
    assert page.locator("img, script, iframe, object").count() == 0
    for name in ("team", "channel", "topic"):
        table = page.get_by_role("region", name=f"Table by {name}", include_hidden=True)
        assert HOSTILE in table.locator("tbody th").all_text_contents()
        card = page.locator("section", has=page.locator(f"#by-{name}"))
        assert HOSTILE in card.locator("svg text").all_text_contents()
    page.get_by_label("Team", exact=True).select_option(HOSTILE)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text(f"only team {HOSTILE}")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground_by_day_and_at_night(
    browser: Browser, site: Site, scheme: Any
) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1; of the lines of a chart 3 to 1 (1.4.11)."""
    context = browser.new_context(color_scheme=scheme)
    tab = new_tab(context, site.url)
    page = tab.sign_in(site)
    weak = page.evaluate(CONTRAST)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert weak == []
    assert (ground == "rgb(18, 22, 28)") is (scheme == "dark")
    assert tab.complaints == []


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_it_without_scrolling_sideways(
    browser: Browser, site: Site, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, is_mobile=True)
    page = new_tab(context, site.url).sign_in(site)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    small = page.locator("a, button, input, select, summary").evaluate_all(
        "all => all.filter(one => one.checkVisibility() && !one.matches('.skip') &&"
        " (one.getBoundingClientRect().height < 24 || one.getBoundingClientRect().width < 24))"
        ".map(one => one.outerHTML)"
    )
    assert small == []  # WCAG 2.2, 2.5.8
    context.close()


def test_all_can_be_done_with_the_keyboard_alone(tab: Tab, site: Site) -> None:
    page = tab.page
    page.goto(f"{site.url}/dashboard?{PERIOD}")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(site.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the words mean")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the numbers")).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(outline) == "solid"
        if page.evaluate("document.activeElement.matches('.numbers > summary')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Table by week")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="Table by week")).to_be_focused()


def test_what_is_not_seen_can_be_heard(tab: Tab, site: Site) -> None:
    """Every chart has words and a table, every field a label, headings go down step by step."""
    page = tab.sign_in(site)
    charts = page.locator("svg.chart")
    assert charts.count() == 6
    for label in charts.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"):
        assert "atio" in label
    assert page.locator("svg:not(.chart):not([aria-hidden])").count() == 0
    assert page.locator("input, select").evaluate_all("all => all.every(one => one.labels.length)")
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    named = page.locator("[aria-labelledby]").evaluate_all(
        "all => all.every(one => document.getElementById(one.getAttribute('aria-labelledby')))"
    )
    assert named
    page.get_by_text("attribution inflation").click()
    expect(page.get_by_text("Attributed sales divided by incremental ones")).to_be_visible()


def test_the_truth_of_made_data_is_one_click_away(tab: Tab, site: Site) -> None:
    page = tab.sign_in(site)
    expect(page.get_by_text("made data", exact=True)).to_be_visible()
    page.get_by_text("What the seed knows").click()
    expect(page.get_by_text("1,234.50 GBP of sales within 7 days")).to_be_visible()
    expect(page.get_by_role("link", name="show these days")).to_have_attribute(
        "href", "/dashboard?from=2026-08-17&to=2026-11-08&window_days=7"
    )


def test_paper_shows_the_tables_and_no_buttons(tab: Tab, site: Site) -> None:
    page = tab.sign_in(site)
    page.emulate_media(media="print")
    cell = page.locator(".numbers tbody data").first
    assert cell.evaluate("one => one.checkVisibility({contentVisibilityAuto: true})")
    assert page.get_by_role("button").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
    assert "made data" in page.locator("header").inner_text()


def test_the_file_to_mail_needs_nothing_and_says_the_same(
    tab: Tab, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    settings = site.parts.settings
    for name, value in (
        ("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url),
        ("BUNDLES", str(settings.bundles)),
    ):  # fmt: skip
        monkeypatch.setenv(f"ENCORE_{name}", value)
    file = tmp_path / "report.html"
    asked = ["report", "--from", "2026-08-17", "--to", "2026-11-08"]
    monkeypatch.setattr("sys.argv", ["service", *asked, "--html", str(file)])
    assert main() == 0
    monkeypatch.setattr("sys.argv", ["service", *asked])
    assert main() == 0
    total = report(tab.sign_in(site), site, PERIOD)["total"]
    said = capsys.readouterr().out
    assert f"{float(total['incremental']['sales']):,.2f} GBP" in said
    assert "benchmark, not yours" in said
    assert "Made data" in said
    page = tab.page
    page.context.unroute_all()
    page.goto(file.as_uri())
    shown = page.locator(".first data").evaluate_all("all => all.map(one => one.value)")
    assert total["incremental"]["sales"] in shown
    assert page.locator("form, a[href^='/']").count() == 0
