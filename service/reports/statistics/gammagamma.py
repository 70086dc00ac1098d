"""What a customer's orders are worth on average: the Gamma-Gamma model of order values.

Values of one customer's orders are gamma distributed (shape p) around a mean of the customer's own,
whose rate is gamma distributed over customers (q, gamma). A mean of few orders is drawn towards the
mean of all. Fader, Hardie and Lee 2005, RFM and CLV: Using Iso-Value Curves for Customer Base
Analysis, Journal of Marketing Research 42; Fader and Hardie 2013, The Gamma-Gamma Model of Monetary
Value. It takes value and frequency for independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from service.reports.statistics.estimate import Floats


@dataclass(frozen=True, slots=True)
class GammaGamma:
    p: float
    q: float
    gamma: float

    def expected(self, orders: Floats, mean: Floats) -> Floats:
        """The mean value to come of each customer's orders (n,).

        Args:
            orders: how many were seen (n,); with 0 it is the mean of all customers.
            mean: their mean value (n,).
        """
        seen = self.p * orders
        value: Floats = self.p * (self.gamma + orders * mean) / (seen + self.q - 1)
        return value


def log_likelihood(model: GammaGamma, orders: Floats, mean: Floats) -> Floats:
    """Of each customer's mean order value (n,); orders and means are above 0."""
    p, q, gamma = model.p, model.q, model.gamma
    seen = p * orders
    found: Floats = (
        gammaln(seen + q)
        - gammaln(seen)
        - gammaln(q)
        + q * np.log(gamma)
        + (seen - 1) * np.log(mean)
        + seen * np.log(orders)
        - (seen + q) * np.log(gamma + orders * mean)
    )
    return found


def fit_gammagamma(orders: Floats, mean: Floats) -> GammaGamma:
    """The likeliest model with a mean, which needs q above 1.

    Raises:
        ValueError: there is no customer, or all orders are worth the same or nothing.
    """
    from scipy.optimize import minimize  # most workers never need it

    if not len(orders) or float(np.ptp(mean)) == 0 or not (mean > 0).all():
        raise ValueError("Order values that do not differ, or are not above 0, fit no model.")
    scale = float(mean.mean())

    def model(logs: Floats) -> GammaGamma:
        p, q, gamma = np.exp(logs)
        return GammaGamma(float(p), 1 + float(q), float(gamma) * scale)

    def cost(logs: Floats) -> float:
        return -float(log_likelihood(model(logs), orders, mean).mean())

    found = minimize(cost, np.zeros(3), method="L-BFGS-B", bounds=[(-9.0, 9.0)] * 3)
    if not np.isfinite(found.fun):
        raise ValueError("These order values fit no model.")
    return model(found.x)
