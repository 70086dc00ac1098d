"""The methods behind the reports on agents, efforts and channels, on numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from service.ledger.agents import Acceptances, Mixed
from service.ledger.channels import Cell
from service.ledger.efforts import EffortRows, Spent
from service.reports import channels, coaching, efforts, integrity
from service.reports.statistics.funnel import tails
from service.reports.statistics.standardised import standardise
from service.reports.statistics.strata import stratified

# A stratified difference


def test_a_difference_within_strata_is_free_of_what_the_strata_know() -> None:
    """Rich: 10 with, 8 without; poor: 4 with, 2 without. The rich get it more often."""
    strata = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    given_ = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=bool)
    amounts = np.array([10.0, 10, 10, 8, 4, 2, 2, 2])
    found = stratified(given_, amounts, strata, np.arange(8))
    assert found is not None
    estimate, compared = found
    assert (estimate.value, compared) == (pytest.approx(2), 4)
    assert amounts[given_].mean() - amounts[~given_].mean() == 5  # what it looks like


def test_strata_without_a_like_are_left_out_and_customers_are_one_piece_of_evidence() -> None:
    strata, given_ = np.array([0, 0, 0, 0, 1]), np.array([1, 1, 0, 0, 1], dtype=bool)
    amounts = np.array([3.0, 5, 1, 1, 99])
    found = stratified(given_, amounts, strata, np.array([0, 0, 1, 2, 3]))
    assert found is not None
    estimate, compared = found
    assert (estimate.value, compared) == (pytest.approx(3), 2)
    # the first two contacts are of one customer, whose deviations cancel
    assert estimate.influence == pytest.approx([0, 0, 0, 0])
    assert stratified(np.ones(5, bool), amounts, strata, strata) is None


# Indirect standardisation


def test_equal_skill_with_different_customers_gives_equal_rates() -> None:
    """Everybody convinces 10% by chat and 40% by phone; one serves mostly chat, one the phone."""
    mixed = [
        Mixed("a", "chat", 100, 100, 10), Mixed("a", "phone", 20, 20, 8),
        Mixed("b", "chat", 20, 20, 2), Mixed("b", "phone", 100, 100, 40),
    ]  # fmt: skip
    first, second = coaching.rows_of(mixed)
    assert first.accepted / first.asked == 0.15
    assert second.accepted / second.asked == 0.35
    assert first.accepted_rate is not None
    assert second.accepted_rate is not None
    assert first.accepted_rate.value == pytest.approx(second.accepted_rate.value) == 0.25


def test_a_ratio_of_few_cases_is_drawn_to_the_average_more_than_one_of_many() -> None:
    cases = np.array([[10.0], [1_000], [1_000], [1_000]])
    found = standardise(cases, np.array([[4.0], [400], [150], [200]]))
    raw = np.array([4, 400, 150, 200]) / found.expected
    assert abs(found.ratio[0] - 1) < 0.7 * abs(raw[0] - 1)
    assert abs(found.ratio[1] - 1) > 0.9 * abs(raw[1] - 1)
    assert (found.low < found.ratio).all()
    assert (found.ratio < found.high).all()


def test_an_agent_of_whom_little_is_known_gets_no_rate_and_rows_are_in_order_of_ids() -> None:
    mixed = [Mixed("z", "chat", 90, 60, 6), Mixed("b", "chat", 29, 20, 2)]
    rows = list(coaching.rows_of(mixed))
    assert [row.agent for row in rows] == ["b", "z"]
    assert (rows[0].asked_rate, rows[0].accepted_rate) == (None, None)
    assert rows[1].accepted_rate is not None


# The funnel


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6))
def test_the_tail_is_the_binomial_one_at_the_rate_of_the_others(
    drawn: list[tuple[int, int]],
) -> None:
    cases = np.array([min(pair) for pair in drawn], dtype=float)
    totals = np.array([max(pair) for pair in drawn], dtype=float)
    chance, expected = tails(cases, totals)
    for k, n, p, rate in zip(cases, totals, chance, expected, strict=True):
        assert p == pytest.approx(binom.sf(k - 1, n, rate), abs=1e-9)


def test_the_agent_with_hollow_acceptances_is_marked_and_nobody_else() -> None:
    honest = [Acceptances(f"a{number}", 50, 2, 1, 3) for number in range(9)]
    found = list(integrity.rows_of([*honest, Acceptances("cheat", 50, 12, 8, 1)]))
    assert [row.agent for row in found if row.look] == ["cheat"]
    assert found[-1].hollow_expected == pytest.approx(28 / 452)


def test_unusual_returns_are_marked_too_and_two_agents_cannot_be_compared() -> None:
    honest = [Acceptances(f"a{number}", 50, 0, 0, 3) for number in range(9)]
    pushy = Acceptances("pushy", 50, 0, 0, 25)
    assert [row.agent for row in integrity.rows_of([*honest, pushy]) if row.look] == ["pushy"]
    assert not any(row.look for row in integrity.rows_of([honest[0], pushy]))


# Channels


def a_cell(channel: str, topic: str = "return", **changes: object) -> Cell:
    values = {
        "contacts": 100, "cost": Decimal(100), "graded": 0, "grades": 0, "squares": 0,
        "watched": 100, "repeated": 0, "to_agent": 0, "agents": 0, "watched_later": 100,
        "agents_later": 0,
    } | changes  # fmt: skip
    return Cell(channel, topic, **values)


def test_self_service_saves_what_agents_would_have_cost() -> None:
    """100 contacts at 0.10 instead of 10.00, of which 20 came to an agent all the same."""
    web = a_cell("web", cost=Decimal(10), repeated=25, to_agent=20, agents=20, agents_later=30)
    phone, found = channels.rows_of([a_cell("phone", cost=Decimal(1_000)), web], {"web"})
    assert found.saving_7_days == Decimal("790.00")  # 80 * 10.00 - 10.00
    assert (found.saving_30_days, found.verdict) == (Decimal("690.00"), "saves")
    assert found.contained is not None
    assert found.repeated is not None
    assert (found.contained.value, found.repeated.value) == (0.8, 0.25)
    assert (phone.verdict, phone.contained, phone.cost_per_contact) == (
        None,
        None,
        Decimal("10.00"),
    )


def test_forced_deflection_that_all_comes_back_loses_money() -> None:
    web = a_cell("web", cost=Decimal(10), repeated=100, to_agent=100, agents=100, agents_later=100)
    _, found = channels.rows_of([a_cell("phone", cost=Decimal(1_000)), web], {"web"})
    assert (found.saving_7_days, found.verdict) == (Decimal("-10.00"), "loses")


def test_what_saves_at_first_and_costs_later_is_a_loss() -> None:
    """Nobody calls within 7 days, and everybody twice within 30."""
    web = a_cell("web", cost=Decimal(10), agents_later=200)
    _, found = channels.rows_of([a_cell("phone", cost=Decimal(1_000)), web], {"web"})
    assert (found.saving_7_days, found.saving_30_days) == (Decimal("990.00"), Decimal("-1010.00"))
    assert found.verdict == "loses"
    young = a_cell("web", watched_later=0)
    _, found = channels.rows_of([a_cell("phone"), young], {"web"})
    assert (found.saving_30_days, found.verdict) == (None, "maturing")


def test_an_agents_contact_costs_what_it_does_for_the_same_topic() -> None:
    found = [
        a_cell("phone", "billing", cost=Decimal(2_000)),
        a_cell("phone", "return", cost=Decimal(500)),
        a_cell("web", "return", cost=Decimal(0)),
    ]
    assert list(channels.rows_of(found, {"web"}))[1].saving_7_days == Decimal("500.00")
    assert next(channels.rows_of(found[2:], {"web"})).saving_7_days is None


def test_satisfaction_is_the_mean_grade_with_its_interval() -> None:
    """Grades 3 and 5: the mean is 4, the error 1, and Student's t with one degree is 12.7."""
    cell = a_cell("phone", graded=2, grades=8, squares=34)
    [row] = channels.rows_of([cell], set())
    assert row.satisfaction is not None
    assert (row.satisfaction.value, row.satisfaction.n) == (4, 2)
    assert row.satisfaction.high == pytest.approx(16.706, abs=0.001)


# Efforts


def effort_rows(n: int, effect: float, seed: int = 1, grades: bool = True) -> EffortRows:
    """Half of the contacts get the effort; 30% order anyway, and with it `effect` more."""
    rng = np.random.default_rng(seed)
    given_ = rng.random(n) < 0.5
    return EffortRows(
        customer=np.arange(n), kind=rng.integers(0, 3, n), before=rng.gamma(0.5, 40.0, n),
        bought=rng.random(n) < 0.3 + effect * given_, closed=np.ones(n, bool),
        satisfaction=rng.integers(3, 6, n) * grades, efforts=given_.astype(np.int64),
    )  # fmt: skip


EXPRESS = [Spent("express", 3_000, Decimal(18_000))]


def test_a_useless_effort_is_listed_as_such_and_a_useful_one_is_not() -> None:
    [useless] = efforts.rows_of(EXPRESS, effort_rows(6_000, 0.0))
    assert useless.verdict == "no_measurable_effect"
    assert (useless.cost, useless.cost_per_contact) == (Decimal("18000.00"), Decimal("6.00"))
    [useful] = efforts.rows_of(EXPRESS, effort_rows(6_000, 0.15))
    assert useful.verdict == "goes_with_more"
    assert useful.repurchase is not None
    assert useful.repurchase.low < 0.15 < useful.repurchase.high


def test_too_few_contacts_do_not_prove_an_effort_useless() -> None:
    [row] = efforts.rows_of(EXPRESS, effort_rows(600, 0.0))
    assert row.verdict == "not_enough_data"
    assert row.repurchase is not None
    assert row.repurchase.detectable > 0.05


def test_contacts_without_grades_are_judged_by_what_was_bought() -> None:
    [row] = efforts.rows_of(EXPRESS, effort_rows(6_000, 0.0, grades=False))
    assert (row.satisfaction, row.verdict) == (None, "no_measurable_effect")


def test_whom_rich_customers_get_does_not_look_useful() -> None:
    """The effort goes to those who had bought, who buy again in any case."""
    n, rng = 8_000, np.random.default_rng(3)
    before = np.where(rng.random(n) < 0.5, 0.0, 50.0)
    given_ = rng.random(n) < np.where(before > 0, 0.8, 0.2)
    rows = EffortRows(
        customer=np.arange(n), kind=np.zeros(n, np.int64), before=before,
        bought=rng.random(n) < np.where(before > 0, 0.6, 0.2), closed=np.ones(n, bool),
        satisfaction=np.zeros(n, np.int64), efforts=given_.astype(np.int64),
    )  # fmt: skip
    assert rows.bought[given_].mean() - rows.bought[~given_].mean() > 0.2
    [row] = efforts.rows_of(EXPRESS, rows)
    assert row.verdict == "no_measurable_effect"
