"""How often customers will order again: the BG/NBD model of buying until one quietly stops.

While a customer lasts, orders come at a rate that is gamma distributed over customers (r, alpha);
after each order he or she stops with a chance that is beta distributed (a, b). Fader, Hardie and
Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24. All in logarithms, so that a
customer with a thousand orders is no overflow (Fader and Hardie 2013, Overcoming the BG/NBD Model's
#NUM! Error Problem).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln, hyp2f1

from service.reports.statistics.estimate import Floats


@dataclass(frozen=True, slots=True)
class Buyers:
    """Customers with an order, one row each (n,); times in one unit, such as weeks."""

    repeats: Floats
    """Orders after the first, on days of their own."""
    last: Floats
    """From the first order to the last; 0 without a repeat."""
    seen: Floats
    """From the first order to now."""


@dataclass(frozen=True, slots=True)
class BgNbd:
    r: float
    alpha: float
    a: float
    b: float

    def alive(self, buyers: Buyers) -> Floats:
        """The chance that each has not stopped (n,). Who never repeated has had no chance to."""
        log_odds = np.where(buyers.repeats > 0, -_log_stopped(self, buyers), np.inf)
        chance: Floats = expit(log_odds)
        return chance

    def expected(self, buyers: Buyers, ahead: float) -> Floats:
        """Orders to come of each (n,) within a time ahead, given what was seen (equation 10).

        The paper's hypergeometric function is taken by Euler's transformation, in which no power
        grows with the customer's orders; where nearly everybody stops at once (`a` is large) that
        is zero times infinity, and the function as printed takes its place.
        """
        a = self.a + 1e-6 if abs(self.a - 1) < 1e-6 else self.a
        x = buyers.repeats
        z = ahead / (self.alpha + buyers.seen + ahead)
        c = a + self.b + x - 1
        with np.errstate(over="ignore", invalid="ignore"):
            euler = (1 - z) ** (a - 1) * hyp2f1(a + self.b - 1 - self.r, a - 1, c, z)
            printed = (1 - z) ** (self.r + x) * hyp2f1(self.r + x, self.b + x, c, z)
        lasting = np.where(np.isfinite(euler), euler, printed)
        orders: Floats = (a + self.b + x - 1) / (a - 1) * (1 - lasting) * self.alive(buyers)
        return orders


def log_likelihood(model: BgNbd, buyers: Buyers) -> Floats:
    """Of each customer's orders (n,) (equation 6)."""
    r, alpha, a, b, x = model.r, model.alpha, model.a, model.b, buyers.repeats
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    common -= (r + x) * np.log(alpha + buyers.seen)
    stopped = np.where(x > 0, _log_stopped(model, buyers), -np.inf)
    found: Floats = common + np.logaddexp(0.0, stopped)
    return found


def _log_stopped(model: BgNbd, buyers: Buyers) -> Floats:
    """The logarithm of the odds of having stopped right after the last order, for x > 0."""
    x = np.maximum(buyers.repeats, 1.0)
    odds: Floats = (
        np.log(model.a)
        - np.log(model.b + x - 1)
        + (model.r + x) * (np.log(model.alpha + buyers.seen) - np.log(model.alpha + buyers.last))
    )
    return odds


def fit_bgnbd(buyers: Buyers) -> BgNbd:
    """The likeliest model.

    Raises:
        ValueError: nobody ordered twice, so nothing is known of when customers come back; or the
            search for the likeliest model did not end.
    """
    from scipy.optimize import minimize  # most workers never need it

    if not buyers.repeats.any():
        raise ValueError("No customer ordered twice: nobody can tell who will order again.")
    scale = float(buyers.seen.mean())  # the search begins near 1 in any unit of time

    def model(logs: Floats) -> BgNbd:
        r, alpha, a, b = np.exp(logs)
        return BgNbd(float(r), float(alpha) * scale, float(a), float(b))

    def cost(logs: Floats) -> float:
        return -float(log_likelihood(model(logs), buyers).mean())

    found = minimize(cost, np.zeros(4), method="L-BFGS-B", bounds=[(-9.0, 9.0)] * 4)
    if not np.isfinite(found.fun):
        raise ValueError("The orders of these customers fit no model of repeat buying.")
    return model(found.x)
