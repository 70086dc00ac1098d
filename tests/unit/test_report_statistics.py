"""The report's methods against hand arithmetic, statsmodels and scipy on made trials."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import bootstrap, chisquare, norm
from statsmodels.sandbox.regression.gmm import IV2SLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from service.reports.measured import stdtrit
from service.reports.statistics import many, power, sample_ratio, sequence
from service.reports.statistics.complier import per_asked
from service.reports.statistics.cuped import adjusted
from service.reports.statistics.enough import largest_share, shortages
from service.reports.statistics.estimate import Estimate, degrees_of_freedom
from service.reports.statistics.fieller import fieller
from service.reports.statistics.ratios import difference_per_contact, per_contact


class Trial:
    """A trial like Hillstrom's: few buy, what they spend is skewed, history says a little."""

    def __init__(self, n: int = 3_000, holdout: float = 0.2, seed: int = 7) -> None:
        rng = np.random.default_rng(seed)
        self.treated = rng.random(n) >= holdout
        self.before = rng.lognormal(5, 1, n)
        bought = rng.random(n) < 0.05 + 0.02 * self.treated + 0.0002 * np.minimum(self.before, 800)
        self.asked = self.treated & (rng.random(n) < 0.6)
        self.spend = bought * rng.lognormal(4.5, 0.7, n) * (1 + self.before / 1000)
        self.bought = bought
        self.contacts = 1.0 + rng.poisson(0.5, n)
        self.cost = self.contacts * rng.lognormal(2, 0.5, n)
        self.ones = np.ones(n)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial()


def interval(estimate: Estimate, treated: np.ndarray) -> tuple[float, float]:
    half = stdtrit(degrees_of_freedom(estimate, treated), 0.975) * estimate.error
    return estimate.value - half, estimate.value + half


def welch(treated: np.ndarray, amounts: np.ndarray) -> tuple[float, float]:
    arms = (DescrStatsW(amounts[arm]) for arm in (treated, ~treated))
    return CompareMeans(*arms).tconfint_diff(usevar="unequal")


def arms_regression(trial: Trial, amounts: np.ndarray):
    """Least squares with each arm weighted as its mean's variance has it."""
    arms = int(trial.treated.sum()), int((~trial.treated).sum())
    weights = np.where(trial.treated, *(1 / (n * (n - 1)) for n in arms))
    design = sm.add_constant(np.column_stack([trial.treated, trial.before]))
    return sm.WLS(amounts, design, weights=weights).fit(cov_type="HC2")


def test_with_one_contact_each_the_interval_is_welchs(trial: Trial) -> None:
    ours = difference_per_contact(trial.treated, trial.spend, trial.ones)
    assert interval(ours, trial.treated) == pytest.approx(welch(trial.treated, trial.spend))


def test_shares_of_buyers_have_the_interval_of_two_proportions(trial: Trial) -> None:
    ours = difference_per_contact(trial.treated, trial.bought.astype(float), trial.ones)
    buyers = [
        number
        for arm in (trial.treated, ~trial.treated)
        for number in (int(trial.bought[arm].sum()), int(arm.sum()))
    ]
    wald = confint_proportions_2indep(*buyers, method="wald", compare="diff")
    # statsmodels divides by n and takes the normal quantile
    assert interval(ours, trial.treated) == pytest.approx(wald, rel=0.02)


def test_the_error_per_contact_is_that_of_a_regression_weighted_by_contacts(trial: Trial) -> None:
    ours = per_contact(trial.spend, trial.contacts)
    rate = trial.spend / trial.contacts
    theirs = sm.WLS(rate, trial.ones, weights=trial.contacts).fit(cov_type="HC1")
    assert ours.value == pytest.approx(theirs.params[0])
    assert ours.error == pytest.approx(theirs.bse[0])


def test_money_per_contact_by_hand() -> None:
    """Customers with 10 and 2 in sales and 2 and 1 contacts: 12 / 3 = 4, residuals 2 and -2."""
    ours = per_contact(np.array([10.0, 2.0]), np.array([2.0, 1.0]))
    assert ours.value == 4
    # n / (n - 1) * (2^2 + 2^2) / 3^2
    assert ours.variance == pytest.approx(2 * 8 / 9)


def test_contacts_of_one_customer_do_not_count_as_evidence_of_their_own(trial: Trial) -> None:
    """A customer of 10 contacts, seen as 10 customers, would make the error too small."""
    contacts = np.full(len(trial.spend), 10.0)
    by_customer = per_contact(trial.spend, contacts)
    by_contact = per_contact(np.repeat(trial.spend / 10, 10), np.ones(10 * len(trial.spend)))
    assert by_customer.value == pytest.approx(by_contact.value)
    assert by_customer.error == pytest.approx(sqrt(10) * by_contact.error, rel=0.001)


def test_cuped_is_regression_on_what_was_bought_before(trial: Trial) -> None:
    luck = difference_per_contact(trial.treated, trial.before, trial.ones)
    plain = difference_per_contact(trial.treated, trial.spend, trial.ones)
    ours = adjusted(plain, luck)
    theirs = arms_regression(trial, trial.spend)
    assert ours.value == pytest.approx(theirs.params[1])
    assert ours.error == pytest.approx(theirs.bse[1], rel=0.01)
    rest = trial.spend - theirs.params[2] * trial.before
    assert interval(ours, trial.treated) == pytest.approx(welch(trial.treated, rest))
    assert ours.error < plain.error


def test_without_a_past_cuped_changes_nothing(trial: Trial) -> None:
    plain = difference_per_contact(trial.treated, trial.spend, trial.ones)
    nobody = difference_per_contact(trial.treated, np.zeros(len(trial.spend)), trial.ones)
    assert adjusted(plain, nobody) is plain


def test_fieller_by_hand() -> None:
    """N = 2, D = 4, variances 0.25 and 0.04, z = 2: (8 -+ sqrt(64 - 15.84 * 3)) / 15.84."""
    above, below = Estimate(2.0, np.array([0.5, 0.0])), Estimate(4.0, np.array([0.0, 0.2]))
    found = fieller(above, below, 2.0)
    assert (found.low, found.high) == pytest.approx((0.24877, 0.76134), abs=1e-5)


def test_a_cost_that_may_be_zero_has_no_end() -> None:
    above, below = Estimate(2.0, np.array([0.5, 0.0])), Estimate(1.0, np.array([0.0, 0.6]))
    assert fieller(above, below, 1.96).unbounded
    assert not fieller(above, below, 1.6).unbounded


def test_fieller_agrees_with_a_bootstrap_of_customers() -> None:
    trial = Trial(n=1_200, holdout=0.4)

    def ratio(spend, contacts, cost, treated, axis=-1):
        arms = [
            np.sum(spend * arm, axis) / np.sum(contacts * arm, axis)
            for arm in (treated, 1 - treated)
        ]
        return (arms[0] - arms[1]) / (np.sum(cost, axis) / np.sum(contacts, axis))

    data = (trial.spend, trial.contacts, trial.cost, trial.treated.astype(float))
    drawn = bootstrap(
        data, ratio, paired=True, n_resamples=2_000, batch=200, method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    ours = fieller(
        difference_per_contact(trial.treated, trial.spend, trial.contacts),
        per_contact(trial.cost, trial.contacts),
        1.96,
    )
    width = drawn.high - drawn.low
    assert (ours.low, ours.high) == pytest.approx((drawn.low, drawn.high), abs=0.08 * width)


def test_the_effect_on_those_asked_is_that_of_two_stage_least_squares(trial: Trial) -> None:
    nothing = difference_per_contact(trial.treated, np.zeros(len(trial.spend)), trial.ones)
    value, found = per_asked(trial.treated, trial.asked, trial.spend, nothing, 1.96)
    design, instruments = (
        sm.add_constant(arm.astype(float)) for arm in (trial.asked, trial.treated)
    )
    assert value == pytest.approx(IV2SLS(trial.spend, design, instruments).fit().params[1])
    assert found.low < value < found.high


def test_if_nobody_was_asked_there_is_no_effect_on_those_asked(trial: Trial) -> None:
    nothing = difference_per_contact(trial.treated, trial.before, trial.ones)
    nobody = np.zeros(len(trial.spend), bool)
    assert per_asked(trial.treated, nobody, trial.spend, nothing, 1.96)[0] is None


def test_the_sequence_by_hand() -> None:
    """At n = n*: n rho^2 = 5.9915 + ln(6.9915) = 7.9362, so sqrt(2.2520 * ln(2.9893 / 0.05))."""
    assert sequence.width(sequence.PLANNED, 0.05) == pytest.approx(3.0352, abs=2e-4)


def test_the_sequence_is_wider_than_one_look_and_narrowest_as_planned() -> None:
    widths = [sequence.width(n, 0.05) for n in (100, 1_000, sequence.PLANNED, 10**5, 10**6)]
    assert min(widths) == widths[2] > norm.ppf(0.975)


@pytest.mark.parametrize("customers", [300, 10_000, 10**6])
def test_the_p_value_is_the_level_whose_interval_ends_at_zero(customers: int) -> None:
    edge = sequence.width(customers, 0.05)
    assert sequence.p_value(edge, 1.0, customers, 0.05) == pytest.approx(0.05)
    assert sequence.p_value(0.0, 1.0, customers, 0.05) == 1.0
    assert sequence.p_value(0.0, 0.0, customers, 0.05) == 1.0


def test_the_sample_ratio_is_a_chi_square() -> None:
    ours = sample_ratio.p_value(880, 120, 0.9)
    assert ours == pytest.approx(chisquare([880, 120], [900, 100]).pvalue)


def test_a_holdout_that_was_not_planned_is_no_chance() -> None:
    assert sample_ratio.p_value(990, 10, 1.0) == 0.0
    assert sample_ratio.p_value(1_000, 0, 1.0) == 1.0


def test_the_detectable_effect_by_hand_and_by_statsmodels() -> None:
    ours = power.detectable(10.0, 100, 100)
    assert ours == pytest.approx(2.8 * 10 * sqrt(0.02))
    theirs = TTestIndPower().solve_power(nobs1=100, alpha=0.05, power=0.8)
    assert ours / 10 == pytest.approx(theirs, rel=0.01)


def test_so_many_more_customers_would_show_the_effect_four_times_out_of_five() -> None:
    """An effect of 1.5 standard errors; the errors shrink with the root of the customers."""
    more = power.more_customers(1.5, 1.0, 2_000, 0.05)
    distance = 1.5 * sqrt((2_000 + more) / 2_000)
    assert distance - sequence.width(2_000 + more, 0.05) == pytest.approx(0.84, abs=0.01)


def test_an_effect_of_next_to_nothing_does_not_need_endless_customers() -> None:
    needed = power.more_customers(0.001, 1.0, 2_000, 0.05)
    assert needed == power.more_customers(1.0, 1.0, 2_000, 0.05)


def test_an_effect_that_is_plain_needs_no_more_customers() -> None:
    assert power.more_customers(-9.0, 1.0, 2_000, 0.05) == 0


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    p_values = np.random.default_rng(3).random(40) ** 3
    theirs = multipletests(p_values, 0.05, "fdr_bh")[0]
    assert many.discoveries(list(p_values)) == list(theirs)
    assert 0 < theirs.sum() < 40


def test_a_group_without_a_p_value_still_counts_as_a_group() -> None:
    assert many.discoveries([0.03]) == [True]
    assert many.discoveries([0.03, None]) == [False, False]
    assert many.discoveries([]) == []


def test_one_customer_among_equals_has_an_equal_share() -> None:
    assert largest_share(Estimate(0.0, np.array([0.5, -0.5, 0.5, -0.5]))) == 0.25
    assert largest_share(Estimate(0.0, np.zeros(4))) == 0


def test_what_is_too_little_is_said_with_what_would_do() -> None:
    """50 of 600 are in the holdout and every tenth buys: twice the customers, ten times the buyers.

    All buyers are among the treated: chance that must not decide which reports are shown.
    """
    treated = np.arange(600) >= 50
    sales = np.where(np.arange(600) >= 540, 20.0, 0.0)
    customers, buyers = shortages(treated, sales, (Estimate(0.0, np.full(600, 0.1)),))
    assert customers.note == "Only 50 customers are in the holdout; 100 are needed for a number."
    assert (customers.needed, buyers.needed) == (600, 5_400)
    assert "about 5 buyers fall to those who are in the holdout; 50 are needed" in buyers.note
