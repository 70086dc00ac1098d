"""The manager's page from outside: who gets in, what the cookie opens, and what the filters do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from service import errors, keys, sessions
from service.parts import Parts
from tests.api.client import Client, assert_problem
from tests.centre_rows import a_centre

HERE = {"Origin": "http://localhost"}
PERIOD = "from=2026-08-17&to=2026-11-08"


@pytest.fixture
def browser(client: Client) -> Client:
    """One in which nobody has signed in yet."""
    return client.as_(None)


def sign_in(browser: Client, key: str, **options: Any) -> Any:
    options = {"headers": HERE, "data": {"key": key}} | options
    return browser.call("POST", "/dashboard/session", **options)


def test_without_a_session_the_page_leads_to_the_form_and_keeps_the_filters(
    browser: Client,
) -> None:
    answer = browser.get(f"/dashboard?{PERIOD}&team=north")
    assert answer.status_code == 303
    assert answer.location == "/dashboard/session?from=2026-08-17&team=north&to=2026-11-08"
    form = browser.get(answer.location)
    assert 'name="after" value="from=2026-08-17&amp;team=north&amp;to=2026-11-08"' in form.text


def test_a_managers_key_opens_the_page_and_leads_back_to_the_view(browser: Client) -> None:
    answer = sign_in(
        browser,
        browser.tokens["manager"],
        data={"key": browser.tokens["manager"], "after": f"{PERIOD}&evil=1"},
    )
    assert answer.status_code == 303
    assert answer.location == "/dashboard?from=2026-08-17&to=2026-11-08"
    page = browser.get("/dashboard")
    assert page.status_code == 200
    assert "What service cost, and what it brought back" in page.text
    assert browser.tokens["manager"] not in page.text


def test_the_cookie_is_kept_from_scripts_other_sites_and_the_key(browser: Client) -> None:
    key = browser.tokens["manager"]
    cookie = sign_in(browser, key).headers["Set-Cookie"]
    assert cookie.startswith("encore=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"} <= set(cookie.split("; "))
    assert key[17:] not in cookie
    secure = sign_in(browser, key, headers=HERE | {"X-Forwarded-Proto": "https"}).headers
    assert secure["Set-Cookie"].startswith("__Host-encore=")
    assert "Secure" in secure["Set-Cookie"]
    assert "Domain" not in secure["Set-Cookie"]


def test_a_wrong_key_a_revoked_one_and_an_agents_stay_outside(
    browser: Client, ledger: psycopg.Connection
) -> None:
    revoked = keys.make_key(ledger, "manager", datetime.now(UTC))
    keys.revoke_key(ledger, revoked, datetime.now(UTC))
    for key, said in (
        ("", "unknown"),
        ("enc_0", "unknown"),
        (revoked, "revoked"),
        (browser.tokens["agent"], "role agent"),
    ):
        answer = sign_in(browser, key)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Set-Cookie" not in answer.headers
        assert browser.get("/dashboard").status_code == 303


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost:81"])
def test_a_form_from_elsewhere_is_refused(browser: Client, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = sign_in(browser, browser.tokens["manager"], headers=headers)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers
    assert browser.call("POST", "/dashboard/session/end", headers=headers).status_code == 400


def test_a_key_is_not_taken_over_plain_http_from_another_machine(browser: Client) -> None:
    answer = sign_in(
        browser,
        browser.tokens["manager"],
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert answer.status_code == 422
    assert "https" in answer.text


def test_too_long_a_form_is_refused_unread(browser: Client) -> None:
    assert sign_in(browser, "x" * 5000).status_code == 413


def test_a_session_ends_with_its_key_and_by_signing_out(
    browser: Client, ledger: psycopg.Connection, parts: Parts
) -> None:
    key = keys.make_key(ledger, "manager", datetime.now(UTC))
    sign_in(browser, key)
    assert browser.get("/dashboard").status_code == 200
    keys.revoke_key(ledger, key, datetime.now(UTC))
    parts.keys.refresh(ledger)  # as every worker does each second
    assert browser.get("/dashboard").status_code == 303
    sign_in(browser, browser.tokens["manager"])
    assert browser.get("/dashboard").status_code == 200
    browser.call("POST", "/dashboard/session/end", headers=HERE)
    assert browser.get("/dashboard").status_code == 303


def test_a_session_lasts_eight_hours_and_cannot_be_made_up(
    client: Client, ledger: psycopg.Connection, parts: Parts
) -> None:
    now = datetime.now(UTC)
    mine = parts.keys.holder(client.tokens["manager"], parts.pool, now)
    cookie = sessions.begin(mine, now)

    def holds(cookie: str, at: datetime = now) -> bool:
        try:
            return sessions.holder(cookie, parts.keys, parts.pool, at) == mine
        except errors.NoKey:
            return False

    assert holds(cookie)
    assert holds(cookie, now + timedelta(hours=7, minutes=59))
    assert not holds(cookie, now + timedelta(hours=8))
    assert not holds(cookie, now - timedelta(minutes=5))
    assert not holds(cookie[:-1])
    assert not holds(cookie.replace(mine.id, "0" * 12))
    name, _, signature = cookie.rpartition(".")
    assert not holds(f"{name[:-1]}{(int(name[-1]) + 1) % 10}.{signature}")
    for nonsense in ("", ".", "a.b.c", mine.id, f"{mine.id}..", "x" * 5000):
        assert not holds(nonsense)


def test_the_cookie_opens_the_reports_and_nothing_that_changes_or_tells_more(
    browser: Client,
) -> None:
    sign_in(browser, browser.tokens["manager"])
    assert browser.get(f"/v1/reports/recovery?{PERIOD}").status_code == 200
    assert browser.get(f"/v1/reports/recovery?{PERIOD}&format=csv").mimetype == "text/csv"
    assert_problem(browser.get("/v1/customers/c1"), 401)
    assert_problem(browser.get("/v1/models"), 401)
    assert_problem(browser.put("/v1/costs", {}), 401)


def test_a_wrong_key_in_the_header_is_not_helped_by_a_cookie(browser: Client) -> None:
    sign_in(browser, browser.tokens["manager"])
    wrong = {"Authorization": "Bearer enc_0"}
    assert_problem(browser.get(f"/v1/reports/recovery?{PERIOD}", headers=wrong), 401)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-30&to=2026-11-01", "from is after to"),
        ("from=2026-11-31&to=2026-11-01", "from"),
        ("window_days=0", "window_days"),
        ("surprise=1", "surprise"),
        ("from=2199-01-01&to=2199-01-02", "in the future"),
    ],
)
def test_filters_that_make_no_sense_are_explained_beside_the_form(
    client: Client, query: str, said: str
) -> None:
    answer = client.as_("manager").get(f"/dashboard?{query}")
    assert answer.status_code == 422
    assert said in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert 'aria-label="Filters"' in answer.text


def test_an_empty_ledger_has_a_page_too(client: Client) -> None:
    answer = client.as_("manager").get("/dashboard")
    assert answer.status_code == 200
    assert "No contact was resolved in this period." in answer.text
    assert answer.text.rstrip().endswith("</html>")


def test_nothing_may_run_in_the_page_and_its_style_is_known_by_its_hash(client: Client) -> None:
    answer = client.as_("manager").get("/dashboard")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.findall(r"<script|\son\w+=|\sstyle=|javascript:", answer.text)


def test_a_filtered_report_is_the_row_of_its_group_to_the_cent(
    client: Client, ledger: psycopg.Connection
) -> None:
    """Orders still belong to the customer's latest contact, of whatever channel and team."""
    a_centre(ledger, contacts=3_000)
    manager = client.as_("manager")

    def report(more: str) -> Any:
        return manager.get(f"/v1/reports/recovery?{PERIOD}{more}").get_json()

    for name in ("channel", "team"):
        rows = {row["group"]: row for row in report(f"&group_by={name}")["rows"]}
        assert len(rows) > 2
        for group, row in rows.items():
            only = report(f"&{name}={group}")
            assert only[name] == group
            for key in ("interactions", "service_cost", "attributed", "same_contact", "customers"):
                assert only["total"][key] == row[key], (group, key)
            assert only["total"]["incremental"] == row["incremental"]


def test_two_filters_at_once_and_the_files_say_which(
    client: Client, ledger: psycopg.Connection
) -> None:
    a_centre(ledger, contacts=800)
    manager = client.as_("manager")
    found = manager.get(f"/v1/reports/recovery?{PERIOD}&channel=phone&team=(none)&group_by=topic")
    expected = ledger.execute(
        "SELECT count(*) FROM interactions WHERE channel = 'phone' AND team IS NULL"
        " AND occurred_at >= '2026-08-17' AND occurred_at < '2026-11-09'"
    ).fetchone()
    assert expected == (found.get_json()["total"]["interactions"],)
    table = manager.get(f"/v1/reports/recovery?{PERIOD}&channel=phone&format=csv").text
    assert ",only_channel,only_team," in table
    assert ",phone,," in table
