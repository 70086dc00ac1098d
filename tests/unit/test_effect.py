"""What asking brought: exact ratios, verdicts, and a plain statement wherever data will not do."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from service.reports.experiment import Customers, Effect, judge_groups, measure


def some_customers(n: int = 1_000, brought: float = 0.0, **changes: object) -> Customers:
    """Half in the holdout; all spend 250 or 350 after one contact, the treated `brought` more."""
    treated = np.arange(n) % 2 == 0
    sales = np.where(np.arange(n) % 4 < 2, 250.0, 350.0) + brought * treated
    customers = Customers(
        treated=treated,
        contacts=np.ones(n, np.int64),
        asked=treated,
        sales=sales,
        margin=0.4 * sales,
        cost=np.full(n, 8.0),
        before=np.zeros(n),
        entered=np.arange(n, dtype=np.int64) // 20,
    )
    return replace(customers, **changes)


def effect_of(customers: Customers, cost: str = "8000", planned: float = 0.5) -> Effect:
    return measure(customers, planned, Decimal(cost))


@pytest.mark.parametrize(
    ("brought", "total", "ratio"), [(300, "300000.00", "0.3000"), (4_000, "4000000.00", "4.0000")]
)
def test_thirty_percent_and_four_times_come_out_exactly(
    brought: float, total: str, ratio: str
) -> None:
    """1,000 contacts that brought so much each, for a service cost of 1,000,000."""
    effect = effect_of(some_customers(brought=brought), cost="1000000")
    assert str(effect.sales.total) == total
    assert str(effect.sales.ratio) == ratio
    assert effect.margin.ratio == (Decimal(ratio) * 2 / 5).quantize(Decimal("0.0001"))
    assert effect.verdict == "gain"


def test_customers_with_more_contacts_weigh_more() -> None:
    """Each treated customer spends 300 in 2 contacts, each other 100 in 1: 50 more per contact."""
    n = 400
    treated = np.arange(n) % 2 == 0
    chance = np.where(np.arange(n) % 4 < 2, -20.0, 20.0)
    customers = some_customers(
        n, contacts=np.where(treated, 2, 1), sales=np.where(treated, 300.0, 100.0) + chance
    )
    effect = effect_of(customers)
    assert effect.contacts == 600
    assert effect.sales.total == Decimal("30000.00")


def test_what_was_bought_before_is_taken_off() -> None:
    """The treated buy 30 more, but they bought 30 more before anybody was asked too."""
    noise = np.where(np.arange(1_000) % 4 < 2, -50.0, 50.0)
    customers = some_customers(brought=30)
    effect = effect_of(replace(customers, before=noise + 30 * customers.treated))
    assert effect.sales.total == Decimal("0.00")


def test_a_loss_is_called_a_loss() -> None:
    effect = effect_of(some_customers(brought=-30))
    assert effect.verdict == "loss"
    assert effect.margin.always_high < 0
    assert effect.needed is None


def test_little_that_differs_is_no_verdict_but_a_number_with_its_interval() -> None:
    effect = effect_of(some_customers(brought=5))
    assert effect.verdict == "not_enough_data"
    assert effect.sales.ratio == Decimal("0.6250")
    assert effect.needed > 0
    assert effect.margin.low < 0 < effect.margin.high
    # 2.8 standard deviations of 20 (50 in sales), by the root of 1/500 + 1/500, 1,000 contacts
    assert float(effect.detectable) == pytest.approx(2.8 * 20 * (2 / 500) ** 0.5 * 1_000, rel=0.01)


def test_the_interval_for_every_look_is_wider_than_that_for_one() -> None:
    found = effect_of(some_customers(brought=30)).margin
    assert found.always_low < found.total_low < found.total < found.total_high < found.always_high
    assert found.always_ratio_low < found.low < found.ratio < found.high < found.always_ratio_high


def test_the_effect_on_those_asked_is_larger_than_on_all_who_may_be() -> None:
    """Of the treated every second is asked, so that each of them brought twice as much."""
    customers = some_customers(brought=30)
    half = customers.treated & (np.arange(1_000) % 8 < 4)
    effect = effect_of(replace(customers, asked=half))
    assert effect.compliance == 0.5
    assert effect.sales.per_asked == Decimal("60.00")


def test_arms_that_do_not_match_the_plan_end_the_report() -> None:
    effect = effect_of(some_customers(brought=300), planned=0.9)
    assert effect.verdict == "arms_do_not_match"
    assert effect.sales is effect.margin is effect.needed is None
    assert "90.0% were planned" in effect.notes[0]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"treated": np.ones(1_000, bool)}, "No customer is in the holdout"),
        ({"treated": np.zeros(1_000, bool)}, "All customers are in the holdout"),
        ({"margin": np.full(1_000, np.nan)}, "The margin of 1,000 customers is not a number"),
        ({"before": np.full(1_000, np.inf)}, "The before of 1,000 customers is not a number"),
        ({"contacts": np.zeros(1_000, int)}, "1,000 customers are given without a contact"),
    ],
)
def test_what_cannot_be_compared_is_said_and_given_no_number(changes: dict, note: str) -> None:
    effect = effect_of(some_customers(brought=300, **changes))
    assert effect.verdict == "not_enough_data"
    assert effect.sales is effect.margin is effect.needed is None
    assert effect.notes[0].startswith(note)


def test_nobody_at_all_is_said() -> None:
    effect = effect_of(some_customers(0))
    assert (effect.verdict, effect.contacts) == ("not_enough_data", 0)
    assert effect.notes[0].startswith("No customer had a contact in which an ask was allowed")


def test_few_customers_get_no_number_but_how_many_are_missing() -> None:
    effect = effect_of(some_customers(100, brought=3_000))
    assert effect.verdict == "not_enough_data"
    assert effect.margin is effect.p_value is None
    assert effect.needed == 100
    assert "Only 50 customers are in the holdout" in effect.notes[1]


@pytest.mark.parametrize("arm", [0, 1])
def test_one_customer_with_half_of_all_sales_gets_no_confident_number(arm: int) -> None:
    customers = some_customers(brought=30)
    sales = customers.sales.copy()
    sales[arm] = sales.sum()
    effect = effect_of(replace(customers, sales=sales, margin=0.4 * sales))
    assert effect.verdict == "not_enough_data"
    assert effect.sales is effect.margin is None
    assert effect.needed > 1_000
    assert effect.notes[0].startswith("One customer alone brings in 100% of the uncertainty")


def test_service_that_cost_nothing_has_no_ratio() -> None:
    effect = effect_of(some_customers(brought=30), cost="0")
    assert effect.sales.ratio is effect.sales.low is effect.sales.high is None
    assert effect.sales.total == Decimal("30000.00")
    assert not effect.sales.unbounded
    assert effect.notes == ("Service cost nothing, so there is no ratio to it.",)


def test_a_cost_that_hangs_on_few_customers_leaves_the_ratio_without_an_end() -> None:
    """One customer bears all cost, so chance might as well have left it out."""
    cost = np.zeros(1_000)
    cost[0] = 8_000
    found = effect_of(some_customers(brought=30, cost=cost)).sales
    assert found.unbounded
    assert found.low is found.high is None
    assert found.ratio == Decimal("3.7500")


def test_cost_that_is_known_only_as_a_sum_is_taken_as_certain() -> None:
    found = effect_of(some_customers(brought=30, cost=np.zeros(1_000))).sales
    assert found.low == pytest.approx(found.total_low / 8_000, abs=Decimal("0.0001"))


def test_a_holdout_that_is_asked_is_pointed_out() -> None:
    effect = effect_of(some_customers(brought=30, asked=np.arange(1_000) % 5 < 4))
    assert any("400 customers of the holdout were asked" in note for note in effect.notes)


def test_if_nobody_is_asked_that_is_pointed_out() -> None:
    effect = effect_of(some_customers(asked=np.zeros(1_000, bool)))
    assert effect.sales.per_asked is None
    assert "Nobody was really asked: what differs is chance." in effect.notes


def test_among_many_groups_a_verdict_needs_more_than_chance() -> None:
    plain = effect_of(some_customers(brought=300))
    barely = replace(plain, p_value=0.04)
    empty = replace(plain, p_value=None, verdict="not_enough_data")
    assert [effect.verdict for effect in judge_groups([plain, barely])] == ["gain", "gain"]
    judged = judge_groups([plain, barely, *[empty] * 8])
    assert [effect.verdict for effect in judged[:2]] == ["gain", "not_enough_data"]
    assert judged[1].notes[-1] == "Among 10 groups one may look like this by chance."


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"planned_share": 1.2}, "planned_share is 1.2"),
        ({"confidence": 1.0}, "confidence is 1.0"),
        ({"customers": some_customers(cost=np.zeros(3))}, "arrays of one length"),
    ],
)
def test_a_caller_who_errs_is_told(wrong: dict, message: str) -> None:
    right = {"customers": some_customers(), "planned_share": 0.5, "service_cost": Decimal(1)}
    with pytest.raises(ValueError, match=message):
        measure(**right | wrong)


MONEY = st.floats(-1e9, 1e9)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), n=st.integers(0, 400), cost=st.decimals(-10, 10**9, places=2))
def test_no_customers_make_it_crash(data: st.DataObject, n: int, cost: Decimal) -> None:
    drawn = {
        "treated": bool, "asked": bool, "contacts": np.int64, "entered": np.int64,
        "sales": float, "margin": float, "cost": float, "before": float,
    }  # fmt: skip
    elements = {np.int64: st.integers(0, 50), float: MONEY, bool: st.booleans()}
    columns = {
        name: data.draw(arrays.arrays(kind, n, elements=elements[kind]))
        for name, kind in drawn.items()
    }
    effect = measure(Customers(**columns), 0.5, cost)
    assert (effect.sales is None) == (effect.margin is None)
    if effect.verdict in ("gain", "loss"):
        assert effect.margin is not None
    else:
        assert effect.notes or effect.needed is not None


def test_the_columns_are_those_that_the_ledger_fetches() -> None:
    names = "treated contacts asked sales margin cost before entered"
    assert [field.name for field in fields(Customers)] == names.split()
