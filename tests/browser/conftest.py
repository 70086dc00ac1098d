"""A real Chromium before the real application, on a ledger of some months; one of each per run."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from werkzeug.serving import make_server

from service import keys
from service.app import create_app
from service.ledger.made import mark_as_made
from service.parts import Parts, make_parts
from service.settings import Settings
from tests.centre_rows import UNTIL, a_centre
from tests.conftest import TABLES

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
HOW = (
    "No Chromium was found, so the manager's page is not tested here. On Debian:"
    " apt-get install chromium"
)
PERIOD = "from=2026-08-17&to=2026-11-08"
HOSTILE = '<img src=x onerror="alert(1)">'
"""A name of a team, a channel and a script."""


SALES = {"incremental_sales_in_window_if_nobody_were_held_out": "1234.50"}
TRUTH = {
    "seed": 1, "currency": "GBP", "from": "2026-08-17", "to": "2026-11-09", "window_days": 7,
    "total": SALES, "by_channel": [{"group": "phone", **SALES}],
    "influential_touchpoint": "phone/return",
    "useless_effort": {"name": "same_day_shipping", "cost": "99.00"},
    "cheating_agent": {"agent_id": "csr-9", "invented": 12},
    "asked_share": {"warm_customers": 0.75, "other_customers": 0.5},
}  # fmt: skip
"""As the made shop writes it, as far as the page shows it."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the application answers, and a manager's key to it."""

    url: str
    key: str
    parts: Parts


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(HOW)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with psycopg.connect(database_url, autocommit=True) as ledger:
        ledger.execute(f"TRUNCATE {TABLES} CASCADE")
        a_centre(ledger, contacts=12_000)  # so many that reports are kept for a minute
        ledger.execute("UPDATE interactions SET team = %s WHERE id LIKE '%%7'", [HOSTILE])
        ledger.execute(
            "INSERT INTO interactions (id, customer_id, channel, topic, status, resolved_at,"
            " digest) VALUES ('hostile', 'c1', %s, %s, 'resolved', %s, '')",
            [HOSTILE, HOSTILE, UNTIL.replace(month=10)],
        )
        key = keys.make_key(ledger, "manager", datetime.now(UTC))
        mark_as_made(ledger, TRUTH)
    settings = Settings(database_url, redis_url, bundles=tmp_path_factory.mktemp("none"))
    parts = make_parts(settings)
    server = make_server("127.0.0.1", 0, create_app(settings, parts=parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.port}", key, parts)
    server.shutdown()
    thread.join()
    server.server_close()
    parts.close()


@dataclass(frozen=True, slots=True)
class Tab:
    """A page and what happened in it that should not."""

    page: Page
    complaints: list[str]

    def sign_in(self, site: Site) -> Page:
        """Signed in, the page of `PERIOD` is before us, as a whole."""
        self.page.goto(f"{site.url}/dashboard?{PERIOD}")
        self.page.get_by_label("Manager's key").fill(site.key)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/dashboard?**")
        return self.page


def new_tab(context: BrowserContext, url: str) -> Tab:
    """A tab that may reach this address alone, and that notes what its console says."""
    tab = Tab(context.new_page(), [])

    def only_here(route: Route) -> None:
        if route.request.url.startswith((url, "data:")):
            route.continue_()
        else:
            tab.complaints.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("dialog", lambda dialog: tab.complaints.append(f"dialog {dialog.message}"))
    tab.page.on(
        "console",
        lambda said: said.type in ("error", "warning") and tab.complaints.append(said.text),
    )
    return tab


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Tab]:
    """An empty tab of 1280 pixels; whatever it complained about fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    tab = new_tab(context, site.url)
    yield tab
    context.close()
    assert tab.complaints == []
