"""How often is each option the best, as far as we know? The integral behind Thompson sampling.

What is known of an option is a Beta distribution of its rate. Compiled, as it is asked for while a
customer is on the line: `scipy.special.betainc` takes three times as long for so few values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled

POINTS: Final = 64
"""Of Gauss-Legendre quadrature, for each option."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(POINTS)

Numbers = NDArray[np.float64]


class Option(NamedTuple):
    """One thing that may be shown. Its rate is distributed as Beta(a, b), a and b above zero; its
    value is gain x rate + rest, with a gain above zero."""

    a: float
    b: float
    gain: float = 1.0
    rest: float = 0.0


def chances_to_be_best(options: Sequence[Option]) -> list[float]:
    """P(the option has the highest value) of each; they add up to one."""
    if len(options) == 1:
        return [1.0]
    return list(_chances(np.array(options), NODES, WEIGHTS).tolist())


def warm() -> None:
    """Compile, or load what was compiled, before anybody waits for it."""
    chances_to_be_best([Option(1, 1), Option(1, 1)])


@compiled
def _chances(options: Numbers, nodes: Numbers, weights: Numbers) -> Numbers:
    """Each option's integral: its density times the chances that the others are worth less.

    The variable is the log of the odds, in which every Beta density is smooth and falls on both
    sides, also one that has no bound at 0 or at 1.

    Args:
        options: columns a, b, gain, rest, float64[n, 4].
        nodes, weights: of the quadrature on [-1, 1].
    """
    n, a_s, b_s = len(options), options[:, 0], options[:, 1]
    logs = np.empty(n)
    for i in range(n):
        a, b = options[i, 0], options[i, 1]
        logs[i] = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    widest = np.argmax(options[:, 2] ** 2 * a_s * b_s / ((a_s + b_s) ** 2 * (a_s + b_s + 1.0)))
    best = np.zeros(n)
    for i in range(n):
        if i == widest:
            continue
        a, b, gain, rest = options[i]
        mode, width = math.log(a / b), math.sqrt(1.0 / a + 1.0 / b)
        low = mode - 6.0 * width - 10.0 / a  # beyond lies less than a ten-thousandth
        high = mode + 6.0 * width + 10.0 / b
        middle, half = (high + low) / 2.0, (high - low) / 2.0
        mass = 0.0
        for k in range(len(nodes)):
            odds = math.exp(middle + half * nodes[k])
            rate = odds / (1.0 + odds)
            log_rate, log_other = math.log(rate), -math.log1p(odds)
            weight = weights[k] * math.exp(a * log_rate + b * log_other + logs[i])
            mass += weight
            if weight < 1e-9:
                continue
            value = gain * rate + rest
            for j in range(n):
                if j != i:
                    there = (value - options[j, 3]) / options[j, 2]
                    weight *= _below(options[j, 0], options[j, 1], logs[j], there)
            best[i] += weight
        best[i] /= mass
    best[widest] = max(0.0, 1.0 - best.sum())
    best /= best.sum()
    return best


@compiled
def _below(a: float, b: float, log_scale: float, rate: float) -> float:
    """P(Beta(a, b) < rate), by the continued fraction DLMF 8.17.22 in Lentz's form.

    Args:
        log_scale: -log B(a, b).
    """
    if rate <= 0.0:
        return 0.0
    if rate >= 1.0:
        return 1.0
    mirrored = rate > (a + 1.0) / (a + b + 2.0)
    if mirrored:  # the fraction converges fast on this side only
        a, b, rate = b, a, 1.0 - rate
    front = math.exp(a * math.log(rate) + b * math.log1p(-rate) + log_scale) / a
    if front < 1e-11:
        return 1.0 if mirrored else 0.0
    c, d = 1.0, 1.0 / (1.0 - (a + b) * rate / (a + 1.0))
    value = d
    for m in range(1, 200):
        even = m * (b - m) * rate / ((a + 2 * m - 1.0) * (a + 2 * m))
        d, c = 1.0 / (1.0 + even * d), 1.0 + even / c
        value *= d * c
        odd = -(a + m) * (a + b + m) * rate / ((a + 2 * m) * (a + 2 * m + 1.0))
        d, c = 1.0 / (1.0 + odd * d), 1.0 + odd / c
        value *= d * c
        if abs(d * c - 1.0) < 1e-8:
            break
    return 1.0 - front * value if mirrored else front * value
