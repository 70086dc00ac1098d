"""What `costs.toml` promises: the presets, every mistake told at once, and the price of seconds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from models.domain import CHANNELS
from service.reports.costs import BENCHMARK, load_costs
from service.settings import BadSettings

OWN = """
basis = "own"
currency = "GBP"
as_of = 2026-11-01
source = "controlling"
hourly = {in_house = 28.80, outsourced = 18}
other.per_contact = 9
[channels]
phone = {per_contact = 6.40}
chat = {per_contact = 2.10, fee = 0.02, concurrency = 2.5}
web = {per_contact = 0.05, agent_time = false}
"""
DECLARED = ("phone", "chat", "web")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "costs.toml"
    path.write_text(text, "utf-8")
    return path


def complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadSettings) as error:
        load_costs(written(tmp_path, text), DECLARED, "GBP")
    return str(error.value)


def test_the_presets_are_ten_five_five_and_ten_cents() -> None:
    costs = load_costs(None, CHANNELS, "GBP")
    presets = [costs.channels[name].per_contact for name in ("phone", "chat", "email", "web")]
    assert presets == [Decimal("10.00"), Decimal("5.00"), Decimal("5.00"), Decimal("0.10")]
    assert (costs.basis, costs.currency) == ("benchmark", "GBP")
    assert "Gartner 2019" in costs.source


def test_the_benchmark_names_every_channel_of_the_domain() -> None:
    assert set(load_costs(None, CHANNELS, "GBP").channels) == {*CHANNELS, ""}


def test_own_costs_replace_the_benchmark(tmp_path: Path) -> None:
    costs = load_costs(written(tmp_path, OWN), DECLARED, "GBP")
    assert (costs.basis, costs.as_of, costs.source) == ("own", date(2026, 11, 1), "controlling")
    assert costs.channels["phone"].per_contact == Decimal("6.40")
    assert costs.channels["chat"].concurrency == Decimal("2.5")


def test_a_benchmark_serves_a_channel_that_only_the_policy_knows() -> None:
    costs = load_costs(None, (*CHANNELS, "whatsapp"), "GBP")
    assert costs.of_seconds(3600, "whatsapp") == Decimal("36.00")


def test_seconds_cost_the_hourly_rate_of_the_employer_shared_by_the_contacts_at_a_time(
    tmp_path: Path,
) -> None:
    costs = load_costs(written(tmp_path, OWN), DECLARED, "GBP")
    assert costs.of_seconds(300, "phone", "in_house") == Decimal("2.40")
    assert costs.of_seconds(300, "phone") == Decimal("2.40")
    assert costs.of_seconds(300, "phone", "outsourced") == Decimal("1.50")
    assert costs.of_seconds(300, "chat", "in_house") == Decimal("0.96")


def test_where_customers_serve_themselves_their_seconds_cost_nothing(tmp_path: Path) -> None:
    costs = load_costs(written(tmp_path, OWN), DECLARED, "GBP")
    assert costs.of_seconds(300, "web") == 0


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    said = complaint(
        tmp_path,
        """
        basis = "guess"
        as_of = "yesterday"
        hourly = {in_house = -1}
        colour = "blue"
        [channels]
        phone = {per_contact = nan}
        chat = {per_contact = "5", concurrency = 0}
        web = {per_contact = 0.123456, agent_time = "no"}
        """,
    )
    for part in (
        "basis is 'guess': use one of benchmark, own",
        "as_of is 'yesterday'",
        "currency: write an ISO 4217 code",
        "source: say in words",
        "hourly.in_house is -1: write a number from 0",
        "hourly.outsourced is missing",
        "colour is not a setting",
        "channels.phone.per_contact is NaN",
        "channels.chat.per_contact is '5'",
        "channels.chat.concurrency is 0: write a number from 1",
        "channels.web.per_contact is 0.123456",
        "channels.web.agent_time is 'no'",
        "other: the table [other] is missing",
    ):
        assert part in said


def test_own_costs_must_be_in_the_currency_of_the_ledger(tmp_path: Path) -> None:
    said = complaint(tmp_path, OWN.replace('"GBP"', '"USD"'))
    assert "currency is 'USD': your own costs are in 'GBP'" in said


def test_own_costs_must_name_every_channel_and_no_other(tmp_path: Path) -> None:
    said = complaint(tmp_path, OWN.replace("phone =", "fone ="))
    assert "unknown fone; the policy declares phone, chat, web" in said
    assert "no costs of your own for phone" in said


@pytest.mark.parametrize("text", ["basis = ", "a = 1e99999999999999999999"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str) -> None:
    assert "costs.toml cannot be read" in complaint(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"none\.toml cannot be read"):
        load_costs(tmp_path / "none.toml", DECLARED, "GBP")


def test_the_benchmark_file_is_the_one_to_copy(tmp_path: Path) -> None:
    """A copy with `own` and the ledger's currency loads as it stands."""
    text = BENCHMARK.read_text("utf-8").replace("USD", "GBP").replace('"benchmark"', '"own"')
    path = written(tmp_path, text)
    assert load_costs(path, CHANNELS, "GBP").basis == "own"


def test_the_example_for_managers_loads(tmp_path: Path) -> None:
    """docs/report.md shows a file of one's own."""
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    costs = load_costs(written(tmp_path, example), ("phone", "chat", "sms", "web"), "GBP")
    assert costs.channels["chat"].concurrency == Decimal("2.5")
