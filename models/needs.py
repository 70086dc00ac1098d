"""From what a customer says to bounds on items: stated needs, and why something came back.

Which reason bounds what is the table of docs/fit.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final

from models.domain import ContactItem, Item, Need
from models.fit import AXES, PRICE, Bound, measured
from models.units import EXACT, SIZES, dimension_of, in_words, units_of

TOO_MUCH: Final = ("too_large", "too_heavy")
OF_SIZE: Final = (*TOO_MUCH, "too_small")
"""The reasons that say something about one attribute; the other reasons say nothing of the sort."""


def bound_of(need: Need) -> Bound:
    """The need in mm, g or its own kind of number, with clearance and tolerance worked in.

    >>> bound_of(Need("width", max=Decimal(80), unit="cm", clearance=Decimal(2))).high
    Decimal('780')
    """
    dimension, factor = dimension_of(need.unit)
    spare = need.tolerance or Decimal(0)
    low, high = need.min, need.max
    if low is not None:
        low = EXACT.multiply(EXACT.subtract(low, spare), factor)
    if high is not None:
        high = EXACT.subtract(EXACT.add(high, spare), need.clearance or Decimal(0))
        high = EXACT.multiply(high, factor)
    return Bound(need.attribute, low, high, dimension, need.unit)


def bound_of_return(returned: Item, attribute: str, reason: str) -> Bound | None:
    """Less of the attribute than what came back, or more; None if its own value is not known.

    Args:
        reason: one of `OF_SIZE`.
    """
    stated = returned.attributes.get(attribute)
    if stated is None:
        return None
    dimension, _ = dimension_of(stated.unit)
    size = measured(returned, attribute, dimension)
    if size is None:
        return None
    low, high = (None, size) if reason in TOO_MUCH else (size, None)
    return Bound(attribute, low, high, dimension, stated.unit, strict=True, of=returned.name)


def limits(bounds: Sequence[Bound]) -> str:
    """All sides of the bounds: `at least 60 cm and at most 80 cm`."""
    said = []
    for bound in bounds:
        least, most = ("more than", "less than") if bound.strict else ("at least", "at most")
        for words, limit in ((least, bound.low), (most, bound.high)):
            if limit is not None:
                said.append(f"{words} {in_words(limit, bound.unit)}")
    return " and ".join(said)


def attribute_at_fault(contact: ContactItem) -> str | None:
    """The one that was named; of what was too heavy it is the weight; else nobody knows which."""
    return contact.attribute or ("weight" if contact.reason == "too_heavy" else None)


def possibly_at_fault(returned: Item) -> list[str]:
    """Where nobody said what was too large or too small: the sides that are listed."""
    return [axis for axis in AXES if measured(returned, axis, "length") is not None]


def faults_of_need(need: Need) -> Iterator[tuple[str, str]]:
    """What is wrong with a need by itself, as (field, hint)."""
    given = [
        (name, value)
        for name in ("min", "max", "clearance", "tolerance")
        if (value := getattr(need, name)) is not None
    ]
    measures = SIZES.get(need.attribute)
    allowed = (measures,) if measures else ("length", "mass")
    if need.attribute == PRICE and need.unit is not None:
        yield "unit", "Leave the unit of a price out; prices are in the shop's currency."
    elif need.unit is not None and dimension_of(need.unit)[0] not in allowed:
        yield "unit", f"Use one of: {', '.join(map(units_of, allowed))}."
    sized = measures is not None or need.unit is not None or need.attribute == PRICE
    for name, value in given:
        if value < 0 and (sized or name in ("clearance", "tolerance")):
            yield name, "Write zero or more; nothing has a negative size."
    if need.clearance is not None and need.max is None:
        yield "clearance", "Give max too: clearance is the room that must stay free within it."
    if need.max is not None and need.clearance is not None and need.clearance > need.max:
        yield "clearance", "This leaves no room within max."


def contradiction(needs: Sequence[Need]) -> tuple[int, str, str] | None:
    """The first need that no item can meet, alone or with an earlier one, as (place, field, hint).

    Needs of which one has no unit cannot be compared.
    """
    bounds = [bound_of(need) for need in needs]
    for place, bound in enumerate(bounds):
        if bound.low is not None and bound.high is not None and bound.low > bound.high:
            return place, "max", "With its clearance and tolerance this is below min."
    for (first, one), (second, other) in combinations(enumerate(bounds), 2):
        if (one.attribute, one.dimension) != (other.attribute, other.dimension):
            continue
        if one.low is not None and other.high is not None and one.low > other.high:
            return second, "max", f"This is below the min of needs/{first}; they contradict."
        if other.low is not None and one.high is not None and other.low > one.high:
            return second, "min", f"This is above the max of needs/{first}; they contradict."
    return None
