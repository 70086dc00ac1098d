"""The one question whose answer would settle most of what is unknown about fit.

A question is worth what the items that hang on it are worth: of an item with two open points each
gets half. Only items that would be worth asking for count; one that the customer named counts with
its price, for whoever asks about an item wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from models.domain import Attribute, Item
from models.fit import AXES, FITS, ROTATABLE, Bound, Fit, judge
from models.needs import limits
from models.units import dimension_of, in_words, units_of
from service.decision.fitting.wanted import NOTHING, Unclear, Wanted


class Weighed(msgspec.Struct, frozen=True, gc=False):
    """An item that may be asked for; `worth` of asking, in money."""

    item: Item
    fit: Fit | None
    worth: float


class Question(msgspec.Struct, frozen=True, gc=False):
    """`attribute` is None where that is what is asked; `item_id` where it is about no item."""

    text: str
    attribute: str | None
    item_id: str | None


def question_of(weighed: Iterable[Weighed], wanted: Wanted) -> Question | None:
    """The question of the largest worth, the first of them where several are equal."""
    if wanted is NOTHING:
        return None
    counted = {one.item.id: one for one in weighed if one.worth > 0}
    for item in wanted.named:
        counted[item.id] = Weighed(item, wanted.judge(item), float(item.price))
    counting = counted.values()
    worth: dict[Question, float] = {}
    for unclear in wanted.unclear:
        if settles := sum(one.worth for one in counting if _hangs_on(one.item, unclear)):
            worth[_about_the_return(unclear)] = settles
    for one in counting:
        if one.fit is not None and one.fit.missing:
            share = one.worth / len(one.fit.missing)
            bounds = wanted.bounds_for(one.item)
            for question in _about_the_item(one.item, one.fit.missing, bounds):
                worth[question] = worth.get(question, 0.0) + share
    return max(worth, key=worth.__getitem__, default=None)


def _hangs_on(item: Item, unclear: Unclear) -> bool:
    """Unless it is on the right side of all that may have been meant."""
    if item.category != unclear.returned.category:
        return False
    return not unclear.bounds or any(
        judge(item, [bound]).verdict != FITS for bound in unclear.bounds
    )


def _about_the_return(unclear: Unclear) -> Question:
    name, fault = unclear.returned.name, unclear.reason.replace("_", " ")
    [*others, last] = unclear.attributes
    if not unclear.bounds:
        listed = "No number is" if last in unclear.returned.attributes else "It is not"
        text = f"What is the {last} of {name}, which was {fault}? {listed} listed."
        return Question(text, last, unclear.returned.id)
    if not others:
        text = f"Was it the {last} of {name} that was {fault}?"
    else:
        text = f"What was {fault} about {name}: its {', '.join(others)} or {last}?"
    return Question(text, None, unclear.returned.id)


def _about_the_item(
    item: Item, missing: Sequence[str], bounds: Sequence[Bound]
) -> Iterator[Question]:
    for name in missing:
        about = [one for one in bounds if one.attribute == name]
        # of an item that can be turned, the bound may be that of another axis
        bound = about[0] if about else next(one for one in bounds if one.attribute in AXES)
        stated = item.attributes.get(name)
        units = _units_to_choose_from(stated)
        if not bound.dimension and units:
            text = f"In which unit is the {bound.attribute} of {limits([bound])}: {units}?"
            yield Question(text, bound.attribute, None)
            continue
        text = f"What is the {name} of {item.name}"
        text += f", in {bound.unit}? " if bound.unit else "? "
        text += "It is not listed" if stated is None else f"It is listed as {_as_stated(stated)}"
        if ROTATABLE not in item.attributes:
            text += f"; {limits(about)} will do"
        yield Question(text + ".", name, item.id)


def _units_to_choose_from(stated: Attribute | None) -> str:
    """Those that a bare number may have been meant in, where the item's own has one."""
    return units_of(dimension_of(stated.unit)[0]) if stated is not None else ""


def _as_stated(stated: Attribute) -> str:
    if isinstance(stated.value, str):
        return repr(stated.value)
    return f"{in_words(stated.value, None)} {stated.unit or 'without a unit'}"
