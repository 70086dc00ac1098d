"""`make bench-page`: how soon a browser shows something of the manager's page, and all of it.

A real Chromium, gunicorn with one worker, and a ledger of three months. Cold is the first view of a
worker, which has drawn nothing yet and loads what it draws with; warm is another period after it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
from playwright.sync_api import Page, sync_playwright

from service import keys
from service.embedded import start_postgres, start_redis
from service.ledger import schema
from service.processes import popen
from tests.bench.figures import spread
from tests.bench.servers import free_port
from tests.bench.stage import ROOT
from tests.browser.conftest import FLAGS, HOW, NAMES
from tests.centre_rows import a_centre

PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
WHOLE = "performance.getEntriesByType('navigation')[0].loadEventEnd"
COLD, WARM = "from=2026-08-17&to=2026-11-08", "from=2026-09-07&to=2026-11-08"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page", description=__doc__)
    parser.add_argument("--contacts", type=int, default=16_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    chromium = next((found for name in NAMES if (found := shutil.which(name))), None)
    if chromium is None:
        raise SystemExit(HOW)
    with tempfile.TemporaryDirectory(prefix="encore-page-") as made:
        folder = Path(made)
        ledger, memory = start_postgres(folder / "postgres"), start_redis(folder / "redis")
        try:
            schema.migrate(ledger.url)
            with psycopg.connect(ledger.url, autocommit=True) as connection:
                a_centre(connection, given.contacts)
                key = keys.make_key(connection, "manager", datetime.now(UTC))
            environment = {
                **os.environ, "ENCORE_DATABASE_URL": ledger.url, "ENCORE_REDIS_URL": memory.url,
                "ENCORE_BUNDLES": made, "WEB_CONCURRENCY": "1",
                "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            }  # fmt: skip
            views = [one_round(chromium, environment, folder, key) for _ in range(given.rounds)]
        finally:
            memory.stop()
            ledger.stop()
    for place, name in enumerate(("cold", "warm")):
        for part, told in enumerate(("first paint", "whole page")):
            found = spread([view[place][part] / 1000 for view in views])
            print(f"{name}, {told}: {found.middle:.2f} s ({found.low:.2f} to {found.high:.2f})")


def one_round(
    chromium: str, environment: dict[str, str], folder: Path, key: str
) -> list[tuple[float, float]]:
    """(milliseconds to the first paint, to the end) of a worker's first view and of the next."""
    with serving(environment, folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page()
        # Not by the form, which leads to the page: the next view shall be the first.
        page.request.post(
            f"{url}/dashboard/session", form={"key": key}, headers={"Origin": url}, max_redirects=0
        )
        found = [look(page, f"{url}/dashboard?{query}") for query in (COLD, WARM)]
        browser.close()
    return found


def look(page: Page, address: str) -> tuple[float, float]:
    page.goto(address)
    return page.evaluate(PAINT), page.evaluate(WHOLE)


@contextmanager
def serving(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """A fresh gunicorn; its address."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "-c", str(ROOT / "service" / "gunicorn_conf.py"),
        "--bind", f"127.0.0.1:{port}", "service.wsgi:app()",
    ]  # fmt: skip
    process = popen(
        command, end_with_parent=signal.SIGTERM, environment=environment,
        log=folder / "web.log", folder=ROOT,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urlopen(f"{url}/livez", timeout=2).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
