"""Does an item fit what the customer needs? Fits, does not fit, or unknown, which is no yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from models.domain import Attribute, Need

FITS: Final = "fits"
DOES_NOT_FIT: Final = "does_not_fit"
UNKNOWN: Final = "unknown"

# Exact by definition: the international yard and pound agreement of 1959.
UNITS: Final[Mapping[str, tuple[str, Decimal]]] = {
    "mm": ("length", Decimal(1)),
    "cm": ("length", Decimal(10)),
    "m": ("length", Decimal(1000)),
    "in": ("length", Decimal("25.4")),
    "ft": ("length", Decimal("304.8")),
    "g": ("mass", Decimal(1)),
    "kg": ("mass", Decimal(1000)),
    "oz": ("mass", Decimal("28.349523125")),
    "lb": ("mass", Decimal("453.59237")),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """`missing` names the attributes that nobody has listed, in the order of the needs."""

    verdict: str
    missing: tuple[str, ...] = ()


def judge(attributes: Mapping[str, Attribute], needs: Sequence[Need]) -> Fit:
    """All needs together: any no is a no; else anything unknown is unknown.

    >>> width = Attribute(Decimal(30), "in")
    >>> judge({"width": width}, [Need("width", max=Decimal("76.2"), unit="cm")]).verdict
    'fits'
    >>> judge({"width": width}, [Need("depth", max=Decimal(20), unit="cm")])
    Fit(verdict='unknown', missing=('depth',))
    """
    verdicts = [(_meets(attributes.get(need.attribute), need), need.attribute) for need in needs]
    if any(verdict == DOES_NOT_FIT for verdict, _ in verdicts):
        return Fit(DOES_NOT_FIT)
    missing = tuple(name for verdict, name in verdicts if verdict == UNKNOWN)
    return Fit(UNKNOWN, missing) if missing else Fit(FITS)


def _meets(attribute: Attribute | None, need: Need) -> str:
    if attribute is None or not isinstance(attribute.value, Decimal):
        return UNKNOWN
    if (attribute.unit or need.unit) and not _same_dimension(attribute.unit, need.unit):
        return UNKNOWN
    value = _in_base(attribute.value, attribute.unit)
    if need.min is not None and value < _in_base(need.min, need.unit):
        return DOES_NOT_FIT
    if need.max is not None and value > _in_base(need.max, need.unit):
        return DOES_NOT_FIT
    return FITS


def _same_dimension(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        return False
    return one in UNITS and other in UNITS and UNITS[one][0] == UNITS[other][0]


def _in_base(value: Decimal, unit: str | None) -> Decimal:
    return value * UNITS[unit][1] if unit is not None and unit in UNITS else value
