"""Fit against brute force: every way to put a box into a space, in fractions, over all outcomes.

The oracle shares no constant and no rule with `models.fit`. It works with sets: of what is not
known both outcomes are possible, and a question is open while both still are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import permutations, product

from models.domain import Attribute, Item, Need
from models.fit import judge
from models.needs import bound_of

CATALOGUES = 10_000
INCH = Fraction(127, 5)
POUND = Fraction(45359237, 100000)
LENGTHS = {"mm": 1, "cm": 10, "m": 1000, "in": INCH, "ft": 12 * INCH}
MASSES = {"g": 1, "kg": 1000, "oz": POUND / 16, "lb": POUND}
STAYS = {"width-depth": 2, "width-height": 1, "depth-height": 0}
"""The side that stays where it is."""
SIDES = ("width", "depth", "height")
WORDS = {frozenset({True}): "fits", frozenset({False}): "does_not_fit"}


def oracle(item: Item, needs: list[Need]) -> str:
    ways = []
    for sides in _ways(item):
        known = dict(zip(SIDES, sides, strict=True)) | {"weight": _amount(item, "weight", MASSES)}
        outcomes = [_outcomes(need, known[need.attribute]) for need in needs]
        ways.append({all(combination) for combination in product(*outcomes)})
    possible = frozenset(any(combination) for combination in product(*ways))
    return WORDS.get(possible, "unknown")


def _ways(item: Item) -> Iterator[tuple[Fraction | None, ...]]:
    box = tuple(_amount(item, side, LENGTHS) for side in SIDES)
    allowed = item.attributes["rotatable"].value
    for order in permutations(range(3)):
        moved = [place for place in range(3) if order[place] != place]
        stays = STAYS.get(str(allowed))
        if not moved or allowed == "any" or (len(moved) == 2 and stays not in {None, *moved}):
            yield tuple(box[place] for place in order)


def _amount(item: Item, name: str, units: dict[str, Fraction | int]) -> Fraction | None:
    attribute = item.attributes.get(name)
    if attribute is None or isinstance(attribute.value, str) or attribute.unit not in units:
        return None
    return Fraction(attribute.value) * units[attribute.unit]


def _outcomes(need: Need, amount: Fraction | None) -> set[bool]:
    if amount is None:
        return {True, False}
    units = MASSES if need.attribute == "weight" else LENGTHS
    one, give = units[str(need.unit)], Fraction(need.tolerance or 0)
    if need.min is not None and amount < (Fraction(need.min) - give) * one:
        return {False}
    room = None if need.max is None else Fraction(need.max) - Fraction(need.clearance or 0)
    return {room is None or amount <= (room + give) * one}


def a_size(rng: random.Random, units: list[str]) -> Attribute:
    """About 1 to 400 cm, or as many grams; often the same in two units, as 12 in and 1 ft are."""
    unit = rng.choice(units)
    whole = rng.choice([1, 2, 3, 6, 12, 24, 36])
    plain = {"mm": Decimal("25.4"), "cm": Decimal("2.54"), "m": Decimal("0.0254"),
             "in": Decimal(1), "ft": Decimal("0.25"), "oz": Decimal(16), "lb": Decimal(1),
             "g": Decimal("453.59237"), "kg": Decimal("0.45359237")}[unit]  # fmt: skip
    nudge = rng.choice([Decimal(0), Decimal(0), Decimal("0.01"), Decimal("-0.001")])
    return Attribute(whole * plain + nudge, unit)


def an_item(rng: random.Random) -> Item:
    attributes = {"rotatable": Attribute(rng.choice(["no", "any", *STAYS]))}
    for name in (*SIDES, "weight"):
        units = [*MASSES] if name == "weight" else [*LENGTHS]
        match rng.randrange(8):
            case 0:
                pass
            case 1:
                attributes[name] = rng.choice([Attribute("large"), Attribute(Decimal(3), "l")])
            case _:
                attributes[name] = a_size(rng, units)
    return Item("1", "Box", Decimal(1), "GBP", attributes=attributes)


def a_need(rng: random.Random) -> Need:
    name = rng.choice([*SIDES, "weight"])
    size = a_size(rng, [*MASSES] if name == "weight" else [*LENGTHS])
    assert isinstance(size.value, Decimal)
    spare = rng.choice([None, None, Decimal("0.01"), Decimal(1)])
    free = rng.choice([None, None, Decimal("0.01"), Decimal("0.5")])
    match rng.randrange(3):
        case 0:
            return Need(name, min=size.value, unit=size.unit, tolerance=spare)
        case 1:
            low = size.value / 2
            return Need(name, low, size.value, size.unit, clearance=free, tolerance=spare)
        case _:
            return Need(name, max=size.value, unit=size.unit, clearance=free, tolerance=spare)


def test_fit_equals_brute_force_on_ten_thousand_random_catalogues() -> None:
    rng = random.Random(20261128)
    seen = dict.fromkeys(["fits", "does_not_fit", "unknown"], 0)
    for _ in range(CATALOGUES):
        needs = [a_need(rng) for _ in range(rng.randint(1, 4))]
        bounds = [bound_of(need) for need in needs]
        for item in [an_item(rng) for _ in range(rng.randint(1, 4))]:
            verdict = judge(item, bounds).verdict
            assert verdict == oracle(item, needs), (item, needs)
            seen[verdict] += 1
    assert min(seen.values()) > CATALOGUES / 5  # every answer was put to the test
