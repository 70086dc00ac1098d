"""Lengths and weights in the units that shops and customers use, converted exactly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Final

# Exact by definition: the international yard and pound agreement of 1959.
UNITS: Final[Mapping[str | None, tuple[str, Decimal]]] = {
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
"""What each measures, and how many mm or g it is."""
SIZES: Final[Mapping[str, str]] = {
    "width": "length", "depth": "length", "height": "length", "length": "length",
    "diameter": "length", "thickness": "length", "weight": "mass",
}  # fmt: skip
"""Attributes of which we know what they measure, whatever unit they come in."""
ONE: Final = Decimal(1)
EXACT: Final = Context(prec=400)
"""Enough for any two numbers that a request can hold, from 5e-324 to 1e12."""


def dimension_of(unit: str | None) -> tuple[str, Decimal]:
    """What a unit measures and how many mm or g it is; a unit we do not know measures itself.

    >>> dimension_of("in")
    ('length', Decimal('25.4'))
    >>> dimension_of("l"), dimension_of(None)
    (('l', Decimal('1')), ('', Decimal('1')))
    """
    return UNITS.get(unit) or (unit or "", ONE)


def units_of(dimension: str) -> str:
    """
    >>> units_of("mass")
    'g, kg, oz, lb'
    """
    return ", ".join(str(unit) for unit, (measures, _) in UNITS.items() if measures == dimension)


def in_words(amount: Decimal, unit: str | None) -> str:
    """A number in mm, g or as it is, said in `unit`.

    >>> in_words(Decimal("762"), "in"), in_words(Decimal("762"), "cm"), in_words(Decimal(5), None)
    ('30 in', '76.2 cm', '5')
    >>> in_words(Decimal(1), "lb")
    '0.0022 lb'
    """
    value = amount / dimension_of(unit)[1]
    digits = 3 if abs(value) >= 1 else 4
    text = format(round(value, digits), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}" if unit else text
