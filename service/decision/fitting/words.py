"""What an agent reads about fit: what to ask, and why something is not the right choice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from models.domain import Item
from models.fit import AXES, DOES_NOT_FIT, PRICE, ROTATABLE, TURNS, Bound, measured, missed
from models.needs import limits
from models.units import in_words
from service.decision.fitting.wanted import Wanted
from service.decision.verdict import Verdict

MISFITS_NAMED: Final = 2
"""Of the items that the customer asks about or would likely buy, and that do not fit."""


def fit_json(verdict: Verdict, catalogue: Mapping[str, Item]) -> dict[str, Any]:
    """The part of the answer about fit: the one question, and what does not fit.

    Nothing in the holdout, where nothing is shown; and no question where nothing is offered.
    """
    said: dict[str, Any] = {}
    choice = verdict.choice
    if choice is None or verdict.reason == "holdout":
        return said
    question = choice.question
    if question is not None and verdict.shown:
        said["question"] = question.text
        said["question_attribute"] = question.attribute
        said["question_item_id"] = question.item_id
    misfits = [
        {"item_id": item.id, "name": item.name, "text": why_not(item, choice.wanted)}
        for item_id in choice.misfits[:MISFITS_NAMED]
        if (item := catalogue.get(item_id)) is not None
    ]
    if misfits:
        said["does_not_fit"] = misfits
    return said


def in_detail(
    excluded: list[dict[str, str]], verdict: Verdict, catalogue: Mapping[str, Item]
) -> list[dict[str, str]]:
    """The same, with a `detail` for each item that does not fit."""
    for entry in excluded:
        item = catalogue.get(entry["item_id"]) if entry["reason"] == DOES_NOT_FIT else None
        if item is not None and verdict.choice is not None:
            entry["detail"] = why_not(item, verdict.choice.wanted)
    return excluded


def constraints(verdict: Verdict) -> list[str]:
    """What was asked of the items, also where a reason for a return could rule nothing out."""
    if verdict.choice is None:
        return []
    wanted = verdict.choice.wanted
    said = [f"{bound.attribute} {limits([bound])}" for bound in wanted.needs]
    for category, bounds in wanted.of_category.items():
        for bound in bounds[len(wanted.needs) :]:
            where = f"{category}: " if category else ""
            said.append(f"{where}{bound.attribute} {limits([bound])}, as of {bound.of}")
    if wanted.cheaper_than is not None:
        said.append(f"price less than {wanted.cheaper_than}")
    if wanted.nothing_dearer is not None:
        said.append(f"price at most {wanted.nothing_dearer}")
    for unclear in wanted.unclear:
        attributes, what = " or ".join(unclear.attributes), unclear.reason.replace("_", " ")
        why = "is not listed" if not unclear.bounds else "may be meant"
        said.append(f"no bound from {unclear.returned.name}, {what}: its {attributes} {why}")
    return said


def why_not(item: Item, wanted: Wanted) -> str:
    """Every bound that the item misses: `width 90 cm, at most 80 cm`."""
    misses = missed(item, wanted.bounds_for(item))
    text = "; ".join(_miss(item, bound) for bound in misses)
    turn = item.attributes.get(ROTATABLE)
    could_turn = turn is not None and turn.value in TURNS
    if could_turn and any(bound.attribute in AXES for bound in misses):
        return f"{text}, and turned it does not fit either"
    return text


def _miss(item: Item, bound: Bound) -> str:
    if bound.attribute == PRICE:
        return f"price {item.price} {item.currency}, {_missed(bound, item.price)}"
    size = measured(item, bound.attribute, bound.dimension) or Decimal(0)
    unit = item.attributes[bound.attribute].unit
    text = f"{bound.attribute} {in_words(size, unit)}"
    if bound.unit != unit:
        text += f" ({in_words(size, bound.unit)})"
    return f"{text}, {_missed(bound, size)}"


def _missed(bound: Bound, size: Decimal) -> str:
    """The side of the bound that a size misses."""
    high = bound.high
    above = high is not None and (size > high or (bound.strict and size == high))
    side = replace(bound, low=None) if above else replace(bound, high=None)
    return f"{limits([side])}, the {bound.attribute} of {bound.of}" if bound.of else limits([side])
