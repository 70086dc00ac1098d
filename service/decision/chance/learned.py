"""What earlier asks taught: from counts of asked and accepted to what is known of an option.

Hierarchical Beta-Binomial: with few asks an option counts as its group does, with many for itself
(Gelman et al., "Bayesian Data Analysis", 3rd ed., section 5.3; the weight of the group is fixed
by the policy instead of estimated).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from service.decision.chance.best import Option
from service.decision.chance.thompson import probabilities_of

MOST_LIKELY = 0.999
"""A Beta distribution needs room on both sides of its mean."""


class Asked(NamedTuple):
    """Asks that were made, how many were accepted, and how many the chances let expect."""

    asked: int
    accepted: int
    expected: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Asks within the policy's window: of each (script id, variant), and of each item id."""

    scripts: Mapping[tuple[str, str], Asked] = field(default_factory=dict)
    items: Mapping[str, Asked] = field(default_factory=dict)


class Learned:
    """Counts with the rates of their groups, until newer counts take their place."""

    def __init__(self, counts: Counts, script_asks: float, item_asks: float) -> None:
        """`script_asks`, `item_asks`: so many asks weighs what is thought before any is made."""
        self._items = counts.items
        self._scripts = {
            (script_of(script_id, variant), variant): one
            for (script_id, variant), one in counts.scripts.items()
        }
        self._script_asks, self._item_asks = script_asks, item_asks
        self._variants: dict[tuple[str, tuple[str, ...], float], list[float]] = {}
        asked, accepted = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for (script_id, variant), one in counts.scripts.items():
            group = _channel_of(script_id), variant
            asked[group] += one.asked
            accepted[group] += one.accepted
        overall = (accepted.total() + 1) / (asked.total() + 2)
        self._unknown_group = overall
        self._groups = {
            group: _shrunk(accepted[group], asked[group], overall, script_asks) for group in asked
        }
        self._scale = (sum(one.accepted for one in counts.items.values()) + item_asks) / (
            sum(one.expected for one in counts.items.values()) + item_asks
        )

    def variants(self, script_id: str, names: tuple[str, ...], floor: float) -> list[float]:
        """The probability with which each approved variant of a script is said.

        Args:
            script_id: what its variants have in common, see `script_of`.
        """
        key = script_id, names, floor
        known = self._variants.get(key)
        if known is None:
            options = [self.variant(script_id, name) for name in names]
            known = self._variants[key] = probabilities_of(options, floor)
        return known

    def variant(self, script_id: str, name: str) -> Option:
        """Shrunk to the rate of the same variant throughout the channel, and that to all."""
        own = self._scripts.get((script_id, name), Asked(0, 0))
        group = self._groups.get((_channel_of(script_id), name), self._unknown_group)
        weight = self._script_asks
        return Option(
            group * weight + own.accepted, (1 - group) * weight + own.asked - own.accepted
        )

    def item(self, item_id: str, chance: float, gain: float, rest: float) -> Option:
        """Centred on the calibrated chance, moved by how the item's asks went.

        The chance is of an order, the record of a yes, which is rarer or not. So the item's record
        is held against what its own chances let expect, on the scale of all asks together (as
        rates of diseases are against those expected: Clayton and Kaldor, Biometrics 1987):

            mean = chance x (accepted + w chance) / (expected x scale + w chance)

        with the weight w + asked. Were the chances those of a yes, it is the plain Beta-Binomial.

        Args:
            chance: calibrated, above zero.
            gain, rest: the item's worth is gain x rate + rest.
        """
        own, weight = self._items.get(item_id, Asked(0, 0)), self._item_asks
        prior = weight * chance
        moved = (own.accepted + prior) / (own.expected * self._scale + prior)
        mean, weight = min(chance * moved, MOST_LIKELY), weight + own.asked
        return Option(mean * weight, (1 - mean) * weight, gain, rest)


def script_of(script_id: str, variant: str) -> str:
    """The id that all variants of a script share: other than the first say their letter in theirs.

    >>> script_of("phone.return.repeat.calm.b", "b")
    'phone.return.repeat.calm'
    """
    return script_id.removesuffix("." + variant)


def _channel_of(script_id: str) -> str:
    return script_id.partition(".")[0]


def _shrunk(accepted: int, asked: int, towards: float, weight: float) -> float:
    return (accepted + weight * towards) / (asked + weight)
