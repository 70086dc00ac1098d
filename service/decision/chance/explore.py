"""Which of the best is shown first, and in which words: drawn by chance, so that asking teaches.

Only among what passed every gate and is worth asking, and only where the difference is small. What
was drawn, out of what and with which probability is put on record with the decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from models.domain import Interaction
from models.recommender import Ranking
from service.decision.chance.learned import Learned, script_of
from service.decision.chance.thompson import drawn, draws, probabilities_of
from service.decision.choose import Choice, Chosen
from service.decision.policy_file.explore import Explore

FIXED: Final = ("asking", "queue", "annoyance", "goodwill")
"""Terms of the worth that are paid whatever the customer says; all others come with a yes."""


class Eligible(msgspec.Struct, frozen=True):
    """An item that could have come first.

    Attributes:
        worth: as it was weighed, in the ledger's currency.
        probability: calibrated chance of an order.
        gain: what a yes is worth: worth = probability x gain + what is paid in any case.
        propensity: the probability with which the item comes first.
    """

    item_id: str
    worth: Decimal
    probability: float
    gain: float
    propensity: float


class Drawn(msgspec.Struct, frozen=True):
    """The outcome of the draw about one contact.

    Attributes:
        choice: what is left of the choice, in the order in which it is shown.
        eligible: what could have come first, most worth first.
        propensity: of what does come first.
        context: SHA-256 of what the draw knew of the contact, hex.
        script_draw: a number in [0, 1), for the words of what comes first.
    """

    choice: Choice
    eligible: tuple[Eligible, ...]
    propensity: float
    context: str
    script_draw: float


def explore(
    choice: Choice,
    ranking: Ranking,
    contact: Interaction,
    limit: int,
    rules: Explore,
    learned: Learned,
) -> Drawn:
    """Draw which item comes first; the others keep their order, and `limit` of all stay.

    Args:
        choice: at least one item, best first.
    """
    item_draw, script_draw = draws(rules.salt, contact.id)
    # a manager's lever has the last word on the order
    close = close_to_best(choice.chosen[:1] if choice.levers else choice.chosen, rules)
    probabilities = [1.0]
    if len(close) > 1:
        options = [
            learned.item(one.item.id, one.probability, gain, paid) for one, gain, paid in close
        ]
        probabilities = probabilities_of(options, rules.floor)
    place = drawn(probabilities, item_draw)
    first = close[place].chosen
    shown = [first, *(one for one in choice.chosen if one is not first)][:limit]
    eligible = tuple(
        Eligible(one.item.id, one.worth.total, one.probability, gain, probability)
        for (one, gain, _), probability in zip(close, probabilities, strict=True)
    )
    return Drawn(
        msgspec.structs.replace(choice, chosen=shown),
        eligible,
        probabilities[place],
        context_of(contact, ranking, close),
        script_draw,
    )


class Close(NamedTuple):
    """An item with its worth taken apart: chance x `gain` + `paid`, in the ledger's currency."""

    chosen: Chosen
    gain: float
    paid: float


def close_to_best(chosen: Sequence[Chosen], rules: Explore) -> list[Close]:
    """The best, and those of the next that fit as surely and are worth nearly as much."""
    best = chosen[0]
    close = [taken_apart(best)]
    if not rules.enabled or close[0].gain <= 0:
        return close
    least = best.worth.total * (1 - Decimal(str(rules.within)))
    sure = best.fit.verdict if best.fit else None
    for one in chosen[1:]:
        if len(close) == rules.among:
            break
        if one.worth.total >= least and (one.fit.verdict if one.fit else None) == sure:
            apart = taken_apart(one)
            if apart.gain > 0:
                close.append(apart)
    return close


def taken_apart(one: Chosen) -> Close:
    """The gain is 0 where no yes is expected."""
    terms = one.worth.terms
    paid = float(sum(terms[name] for name in FIXED if name in terms))
    gain = (float(one.worth.total) - paid) / one.probability if one.probability > 0 else 0.0
    return Close(one, gain, paid)


def context_of(contact: Interaction, ranking: Ranking, eligible: Sequence[Close]) -> str:
    """The contact's sort and the features of the eligible, so that a log can be checked for
    decisions that knew the same and were drawn differently."""
    sort = (contact.channel, contact.topic, contact.mood, contact.fault, contact.severity)
    found = hashlib.sha256(repr(sort).encode())
    for one, _, _ in eligible:
        found.update(one.item.id.encode() + b"\x1f" + ranking.table[one.place].tobytes())
    return found.hexdigest()


def draw_variant(
    script_id: str, names: tuple[str, ...], draw: float, rules: Explore, learned: Learned
) -> tuple[str, float]:
    """(The variant in which the words are said, its probability).

    Args:
        script_id: of the first of `names`.
    """
    if len(names) == 1 or not rules.enabled:
        return names[0], 1.0
    probabilities = learned.variants(script_of(script_id, names[0]), names, rules.floor)
    place = drawn(probabilities, draw)
    return names[place], probabilities[place]
