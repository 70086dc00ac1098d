"""The reports beside the recovery report through the API: addresses, formats, refusals."""

from __future__ import annotations

import csv
import io

import psycopg
import pytest

from service.api.access import ROUTES
from service.reports.insight_tables import flat
from tests.api.client import Client, assert_problem
from tests.ledger_rows import ledger_rows
from tests.trial_rows import a_trial, hold_out

OTHERS = ("GET /v1/reports/recovery",)
REPORTS = [
    call.removeprefix("GET /v1/reports/")
    for call in ROUTES
    if call.startswith("GET /v1/reports/") and call not in OTHERS
]
NOVEMBER = "from=2026-11-01&to=2026-11-20"


@pytest.fixture
def manager(client: Client, ledger: psycopg.Connection) -> Client:
    hold_out(ledger)
    a_trial(ledger)
    shop = ledger_rows(ledger)
    shop.decision(shop.contact("c", agent_id="=1+1"), {"cake": "5.00"}, worth="1.00")
    shop.outcome("sug_c", "not_offered", reason="customer_in_hurry")
    return client.as_("manager")


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_says_the_same_in_json_and_csv(manager: Client, name: str) -> None:
    """The client holds the JSON to its description."""
    address = f"/v1/reports/{name}?{NOVEMBER}"
    document = manager.get(address).get_json()
    assert document["report"] == name
    assert document["contacts"] == 501
    answer = manager.get(f"{address}&format=csv")
    assert answer.headers["Content-Disposition"].endswith(f'{name}-2026-11-01-2026-11-20.csv"')
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    told = [*document["rows"], *([document["total"]] if document["total"] else [])]
    assert len(lines) == len(told)
    for line, row in zip(lines, told, strict=True):
        for column, value in flat(row):
            assert line[column].removeprefix("'") == ("" if value is None else str(value))


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        ("from=2026-11-20&to=2026-11-01", "/from"),
        ("from=2199-01-01&to=2199-01-02", "/from"),
        ("from=2026-11-01", "/to"),
        (f"{NOVEMBER}&colour=red", "/colour"),
        (f"{NOVEMBER}&format=html", "/format"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    client: Client, name: str, arguments: str, pointer: str
) -> None:
    answer = client.as_("manager").get(f"/v1/reports/{name}?{arguments}")
    assert assert_problem(answer, 422)["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_ledger_is_a_report_too(client: Client, name: str) -> None:
    document = client.as_("manager").get(f"/v1/reports/{name}?{NOVEMBER}").get_json()
    assert document["contacts"] == 0


def test_text_in_the_csv_cannot_act_as_a_formula(manager: Client) -> None:
    address = f"/v1/reports/adherence?{NOVEMBER}&group_by=agent&format=csv"
    lines = csv.DictReader(io.StringIO(manager.get(address).text, newline=""))
    assert [line["group"] for line in lines] == ["'=1+1", "(none)", "all"]
