"""Thompson sampling whose probabilities are known: chance to be best, a floor, and one draw.

Thompson (Biometrika 1933) draws a rate from what is known of each option and shows the highest; how
likely that was, nobody knows. Here the chances to be best are integrated first, and one option is
drawn by them: the same behaviour, with the exact probability that off-policy estimates need.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from service.decision.chance.best import Option, chances_to_be_best


def probabilities_of(options: Sequence[Option], floor: float) -> list[float]:
    """With which each option is shown: its chance to be best, none below the floor."""
    return with_floor(chances_to_be_best(options), floor)


def with_floor(chances: Sequence[float], floor: float) -> list[float]:
    """Mixed with the uniform distribution.

    >>> with_floor([1.0, 0.0], 0.01)
    [0.99, 0.01]
    """
    left = 1.0 - floor * len(chances)
    return [floor + left * chance for chance in chances]


def draws(salt: str, interaction_id: str) -> tuple[float, float]:
    """Two independent numbers in [0, 1) that belong to a contact: every attempt gets the same.

    >>> draws("encore", "case-1") == draws("encore", "case-1")
    True
    """
    digest = hashlib.sha256(f"{salt}\x1f{interaction_id}".encode()).digest()
    return _fraction(digest[:8]), _fraction(digest[8:16])


def _fraction(part: bytes) -> float:
    return float((int.from_bytes(part) >> 11) / 2**53)


def drawn(probabilities: Sequence[float], draw: float) -> int:
    """The place on which a number in [0, 1) falls.

    >>> [drawn([0.25, 0.75], draw) for draw in (0.0, 0.2499, 0.25, 0.9999)]
    [0, 0, 1, 1]
    """
    for place, probability in enumerate(probabilities):
        draw -= probability
        if draw < 0:
            return place
    return len(probabilities) - 1  # what rounding left over
