"""Does an item fit what the customer needs? Fits, does not fit, or unknown, which is no yes.

All bounds together, in any of the ways in which the item may be turned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import permutations
from typing import Final

import msgspec

from models.domain import Item
from models.units import UNITS

FITS: Final = "fits"
DOES_NOT_FIT: Final = "does_not_fit"
UNKNOWN: Final = "unknown"

AXES: Final = ("width", "depth", "height")
PRICE: Final = "price"
"""Not among an item's attributes, and yet one may ask for "at most 50"."""
ROTATABLE: Final = "rotatable"
"""The attribute that says how an item may be turned; without it, it stands as it is listed."""

Turn = Mapping[str, str]
"""For each axis of the space the item's own attribute that then lies along it, where another."""
AS_LISTED: Final[tuple[Turn, ...]] = ({},)
TURNS: Final[Mapping[object, tuple[Turn, ...]]] = {
    "any": tuple(dict(zip(AXES, own, strict=True)) for own in permutations(AXES)),
    "width-depth": ({}, {"width": "depth", "depth": "width"}),
    "width-height": ({}, {"width": "height", "height": "width"}),
    "depth-height": ({}, {"depth": "height", "height": "depth"}),
}
"""What `rotatable` may say: on the floor it is width-depth, a picture on the wall width-height."""


class Bound(msgspec.Struct, frozen=True, gc=False):
    """Low <= attribute <= high, in mm or g, or in the attribute's own kind of number.

    Attributes:
        dimension: as `dimension_of` says; an attribute of another one stays unknown.
        unit: the one that the customer spoke in.
        strict: low < attribute < high.
        of: the name of the item that came back, whose value the bound is; None: a need.
    """

    attribute: str
    low: Decimal | None
    high: Decimal | None
    dimension: str
    unit: str | None = None
    strict: bool = False
    of: str | None = None


class Fit(msgspec.Struct, frozen=True, gc=False):
    """`missing`: with the verdict `unknown`, the item's attributes that would settle it."""

    verdict: str
    missing: tuple[str, ...] = ()


_YES: Final = Fit(FITS)
_NO: Final = Fit(DOES_NOT_FIT)


def judge(item: Item, bounds: Sequence[Bound]) -> Fit:
    """And over the bounds: any no is a no, else any unknown is unknown. Or over the turns.

    These are the three values of Kleene's logic.

    >>> from models.domain import Attribute
    >>> shelf = Item("1", "Shelf", Decimal(9), "GBP", attributes={
    ...     "width": Attribute(Decimal(30), "in"), "rotatable": Attribute("width-depth")})
    >>> judge(shelf, [Bound("width", None, Decimal("762"), "length")]).verdict
    'fits'
    >>> judge(shelf, [Bound("width", None, Decimal("761"), "length")])
    Fit(verdict='unknown', missing=('depth',))
    """
    turn = item.attributes.get(ROTATABLE)
    missing: dict[str, None] = {}
    for own in AS_LISTED if turn is None else TURNS.get(turn.value, AS_LISTED):
        open_ = _open_in(own, item, bounds)
        if open_ is None:
            continue
        if not open_:
            return _YES
        missing |= dict.fromkeys(open_)
    return Fit(UNKNOWN, tuple(missing)) if missing else _NO


def _open_in(own: Turn, item: Item, bounds: Sequence[Bound]) -> list[str] | None:
    """What is not known in one turn; None where a bound is missed."""
    open_ = []
    for bound in bounds:
        name = own.get(bound.attribute, bound.attribute) if own else bound.attribute
        size = measured(item, name, bound.dimension)
        if size is None:
            open_.append(name)
        elif not within(size, bound):
            return None
    return open_


def missed(item: Item, bounds: Sequence[Bound]) -> list[Bound]:
    """The bounds that an item misses as it is listed."""
    sizes = [(bound, measured(item, bound.attribute, bound.dimension)) for bound in bounds]
    return [bound for bound, size in sizes if size is not None and not within(size, bound)]


def measured(item: Item, name: str, dimension: str) -> Decimal | None:
    """The item's attribute in mm or g, or None where there is no such number.

    A length or mass of zero or less is none that anybody measured: shops export 0 for unknown.
    """
    if name == PRICE:
        return item.price
    attribute = item.attributes.get(name)
    if attribute is None or not isinstance(attribute.value, Decimal):
        return None
    known = UNITS.get(attribute.unit)
    if known is None:
        return attribute.value if dimension == (attribute.unit or "") else None
    measures, factor = known
    return attribute.value * factor if measures == dimension and attribute.value > 0 else None


def within(size: Decimal, bound: Bound) -> bool:
    low, high = bound.low, bound.high
    if bound.strict:
        return (low is None or low < size) and (high is None or size < high)
    return (low is None or low <= size) and (high is None or size <= high)
