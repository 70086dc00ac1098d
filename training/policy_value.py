"""What would another way of choosing have earned? Off-policy estimates from logged probabilities.

IPS weighs each logged reward with how much likelier the new policy is to show what was shown
(Horvitz and Thompson, JASA 1952); SNIPS divides by the sum of the weights (Swaminathan and
Joachims, NeurIPS 2015); the doubly robust estimate lets a model of the reward say what it can and
weighs only the rest (Dudik, Langford and Li, ICML 2011). Where the log says too little there is no
verdict.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from models.purchases import Days

CLIP: Final = 20.0
"""No ask weighs more than so many: a little bias against much variance."""
FEWEST_EFFECTIVE: Final = 200.0
"""Kish's effective sample size below which nothing is concluded: with fewer, the interval is wider
than any difference between rankings of items that are worth nearly the same."""
NORMAL_95: Final = 1.96

Numbers = Days
"""float64[n]."""


@dataclass(frozen=True, slots=True)
class Log:
    """n asks out of a set of which the policy in service showed one, each float64[n].

    Attributes:
        rewards: what came of what was shown.
        propensities: the probability with which it was shown, above zero.
        target: the probability with which the new policy would show the same.
        modelled: the reward that the model expects of what was shown.
        expected: the reward that the model expects of what the new policy would show.
    """

    rewards: Numbers
    propensities: Numbers
    target: Numbers
    modelled: Numbers
    expected: Numbers


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean reward per ask with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """What the log says of a new policy.

    Attributes:
        n: asks; `effective`: as many equal ones would say as much (Kish, "Survey Sampling", 1965).
        logging: of the policy that was in service.
        ips, snips, dr: of the new one; None without any ask.
        worse: whether the new one is clearly worse; None: no verdict.
        verdict: the same in words, with the reason where there is none.
    """

    n: int
    effective: float
    logging: Estimate | None
    ips: Estimate | None
    snips: Estimate | None
    dr: Estimate | None
    worse: bool | None
    verdict: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def value_of(log: Log) -> PolicyValue:
    """Estimate the new policy's reward per ask, and say whether it is clearly worse.

    Raises:
        ValueError: a propensity is not in (0, 1].
    """
    n = len(log.rewards)
    if not n:
        return PolicyValue(0, 0.0, None, None, None, None, None, "no verdict: no asks on record")
    if not ((log.propensities > 0) & (log.propensities <= 1)).all():
        raise ValueError("every propensity must be above 0 and at most 1")
    weights = np.minimum(log.target / log.propensities, CLIP)
    effective = effective_size(weights)
    logging = _mean(log.rewards)
    robust = _mean(log.expected + weights * (log.rewards - log.modelled))
    worse, verdict = _judge(weights, effective, logging, robust)
    return PolicyValue(
        n=n,
        effective=effective,
        logging=logging,
        ips=_mean(weights * log.rewards),
        snips=_ratio(weights, log.rewards),
        dr=robust,
        worse=worse,
        verdict=verdict,
    )


def effective_size(weights: Numbers) -> float:
    """(sum of weights)^2 / sum of their squares.

    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([2.0, 0.0, 0.0]))
    (3.0, 1.0)
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _judge(
    weights: Numbers, effective: float, logging: Estimate, robust: Estimate
) -> tuple[bool | None, str]:
    if not weights.any():
        return None, "no verdict: it would never have shown what was shown, so the log is silent"
    if effective < FEWEST_EFFECTIVE:
        return None, (
            f"no verdict: {len(weights):,} asks say as much as {effective:,.0f} would; "
            f"{FEWEST_EFFECTIVE:,.0f} are needed"
        )
    told = (
        f"{robust.value:.2f} per ask ({robust.low:.2f} to {robust.high:.2f}), what was shown "
        f"earned {logging.value:.2f} ({logging.low:.2f} to {logging.high:.2f})"
    )
    worse = robust.high < logging.low
    return worse, ("clearly worse: " if worse else "not clearly worse: ") + told


def _mean(values: Numbers) -> Estimate:
    """With a normal interval."""
    error = float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else float("inf")
    return _around(float(values.mean()), error)


def _ratio(weights: Numbers, rewards: Numbers) -> Estimate | None:
    """Weighted mean, with the interval of a ratio by the delta method."""
    total = float(weights.sum())
    if not total:
        return None
    value = float((weights * rewards).sum()) / total
    return _around(value, float(((weights * (rewards - value)) ** 2).sum()) ** 0.5 / total)


def _around(value: float, error: float) -> Estimate:
    return Estimate(value, value - NORMAL_95 * error, value + NORMAL_95 * error)
