"""Lifetime value: models recover what made the customers, and hold for extreme ones."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy.special import gammaln, hyp2f1

from service.reports.statistics.bgnbd import BgNbd, Buyers, fit_bgnbd, log_likelihood
from service.reports.statistics.gammagamma import GammaGamma, fit_gammagamma

TRUTH = BgNbd(0.9, 6.0, 0.8, 2.5)
VALUES = GammaGamma(6.0, 4.0, 15.0)


def cohort(n: int, seed: int, ahead: float = 0.0) -> tuple[Buyers, np.ndarray]:
    """Customers bought until they stopped, seen for 20 to 60 weeks; and what came in `ahead`."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(TRUTH.r, 1 / TRUTH.alpha, n)
    stops = rng.beta(TRUTH.a, TRUTH.b, n)
    seen = rng.uniform(20, 60, n)
    repeats, last, later, at, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n)
    while alive.any():
        at = at + rng.exponential(1 / rate)
        counted, came = (alive > 0) & (at <= seen), (alive > 0) & (at > seen) & (at <= seen + ahead)
        repeats, last, later = repeats + counted, np.where(counted, at, last), later + came
        alive = (counted | came) & (rng.random(n) >= stops)
    return Buyers(repeats, last, seen), later


def test_the_model_of_a_simulated_cohort_is_recovered() -> None:
    found = fit_bgnbd(cohort(20_000, 1)[0])
    for name in ("r", "alpha", "a", "b"):
        assert getattr(found, name) == pytest.approx(getattr(TRUTH, name), rel=0.2), name


def test_orders_that_come_are_those_expected_also_by_how_many_came_before() -> None:
    buyers, later = cohort(40_000, 2, ahead=30)
    expected = fit_bgnbd(buyers).expected(buyers, 30)
    for often in (buyers.repeats == 0, (buyers.repeats > 0) & (buyers.repeats < 4),
                  buyers.repeats >= 4):  # fmt: skip
        assert expected[often].sum() == pytest.approx(later[often].sum(), rel=0.06)


def test_a_likelihood_worked_out_by_the_formula_of_the_paper() -> None:
    """Equation 6 with x = 2, t_x = 10, T = 20, r = 0.5, alpha = 5, a = 1, b = 2."""
    gamma = np.vectorize(lambda value: exp(gammaln(value)))
    start = gamma(2.5) * 5**0.5 / gamma(0.5)
    going_on = gamma(3) * gamma(4) / (gamma(2) * gamma(5)) / 25**2.5
    stopped = gamma(2) * gamma(3) / (gamma(1) * gamma(5)) * gamma(3) / gamma(2) / 15**2.5
    buyers = Buyers(np.array([2.0]), np.array([10.0]), np.array([20.0]))
    found = log_likelihood(BgNbd(0.5, 5.0, 1.0, 2.0), buyers)[0]
    assert found == pytest.approx(log(start * (going_on + stopped)))


def test_the_expectation_is_that_of_the_paper_where_that_can_be_computed() -> None:
    r, alpha, a, b, x, last, seen, ahead = 0.243, 4.414, 0.793, 2.426, 2.0, 30.43, 38.86, 39.0
    front = (a + b + x - 1) / (a - 1)
    ratio = ((alpha + seen) / (alpha + seen + ahead)) ** (r + x)
    inner = 1 - ratio * hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + seen + ahead))
    below = 1 + a / (b + x - 1) * ((alpha + seen) / (alpha + last)) ** (r + x)
    buyers = Buyers(np.array([x]), np.array([last]), np.array([seen]))
    found = BgNbd(r, alpha, a, b).expected(buyers, ahead)[0]
    assert found == pytest.approx(front * inner / below)
    assert found == pytest.approx(1.226, abs=0.001)  # as printed for the CDNOW customers


def test_customers_with_thousands_of_orders_are_no_overflow() -> None:
    buyers = Buyers(
        np.array([5_000.0, 5_000.0]), np.array([1.0, 1_000.0]), np.array([1e4, 1_000.5])
    )
    model = BgNbd(0.2, 4.0, 0.8, 2.4)
    assert np.isfinite(log_likelihood(model, buyers)).all()
    assert model.alive(buyers) == pytest.approx([0, 1], abs=1e-2)
    assert np.isfinite(model.expected(buyers, 52)).all()


def test_a_customer_who_never_repeated_has_not_stopped_yet() -> None:
    buyers = Buyers(np.zeros(1), np.zeros(1), np.array([500.0]))
    assert TRUTH.alive(buyers) == pytest.approx([1])


def test_order_values_of_a_simulated_cohort_are_recovered() -> None:
    rng = np.random.default_rng(3)
    orders = 1.0 + rng.poisson(2.0, 20_000)
    rate = rng.gamma(VALUES.q, 1 / VALUES.gamma, len(orders))
    mean = rng.gamma(VALUES.p * orders) / rate / orders
    found = fit_gammagamma(orders, mean)
    for name in ("p", "q", "gamma"):
        assert getattr(found, name) == pytest.approx(getattr(VALUES, name), rel=0.15), name
    true = (VALUES.p / rate).mean()
    assert found.expected(orders, mean).mean() == pytest.approx(true, rel=0.02)


def test_a_mean_of_few_orders_is_drawn_towards_that_of_all() -> None:
    """All: 6 * 15 / 3 = 30.00. One order of 90: 6 * (15 + 90) / 9 = 70.00."""
    found = VALUES.expected(np.array([0.0, 1.0, 1_000.0]), np.array([0.0, 90.0, 90.0]))
    assert found[:2] == pytest.approx([30, 70])
    assert found[2] == pytest.approx(90, rel=0.01)


def test_customers_of_whom_nobody_came_back_fit_no_model() -> None:
    once = Buyers(np.zeros(9), np.zeros(9), np.ones(9))
    with pytest.raises(ValueError, match="ordered twice"):
        fit_bgnbd(once)
    with pytest.raises(ValueError, match="do not differ"):
        fit_gammagamma(np.ones(3), np.full(3, 20.0))


def test_where_nearly_everybody_stops_at_once_nothing_is_expected_and_nothing_overflows() -> None:
    """The search may end at its bounds, e to the ninth."""
    buyers = Buyers(np.array([0.0, 1.0, 30.0]), np.array([0.0, 20.0, 50.0]), np.full(3, 52.0))
    found = BgNbd(0.9, 6.0, exp(9), 2.5).expected(buyers, 52.0)
    assert np.all((found >= 0) & (found < 1))
    assert BgNbd(0.9, 6.0, exp(9), exp(9)).expected(buyers, 520.0)[2] > 0
