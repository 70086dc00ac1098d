"""Why an item is suggested: its kind, and one true sentence from the numbers that ranked it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from models.candidates.together import Together, seeds_of
from models.features import FEATURES
from models.moment import Moment
from models.purchases import Floats
from models.recommender import Recommender

RHYTHM: Final = 3
"""Purchases that make a rhythm; two are one gap, and that may have been chance."""
DUE: Final = (0.9, 2.0)
"""In units of the customer's own gap: earlier is too soon, later the rhythm is over."""
PLACE: Final[Mapping[str, int]] = {name: place for place, name in enumerate(FEATURES)}


class Because(msgspec.Struct, frozen=True):
    """`code` is stable; `text` is for the agent."""

    code: str
    text: str


def kind_of(row: Floats, moment: Moment) -> str:
    """One of KINDS, from a row of features."""
    if row[PLACE["own_orders"]] > 0:
        return "repeat"
    if moment.gives_back and row[PLACE["same_category_as_contact"]]:
        return "substitute"
    return "complement" if row[PLACE["score_together"]] > 0 else "discover"


def because(
    kind: str,
    row: Floats,
    position: int,
    moment: Moment,
    recommender: Recommender,
    names: Mapping[int, str],
) -> Because:
    """The main reason, in words.

    Args:
        kind: what `kind_of` says of the same row.
        row: the item's features, float32[len(FEATURES)].
        position: of the item in the catalogue.
        moment: for which the item was ranked.
        recommender: that ranked it.
        names: of the items of the customer's last order and of the contact, by position.
    """
    if kind == "repeat":
        return _repeat(row)
    if kind == "substitute":
        return Because("same_need", "Of the same sort as the item that came back")
    if kind == "complement":
        partner = _partner(position, moment, recommender)
        if partner in names:
            return Because("goes_with", f"Often bought together with {names[partner]}")
        return Because("goes_with", "Often bought together with the last order")
    if row[PLACE["score_similar"]] > 0:
        return Because("like_minded", "Customers with similar orders buy this")
    return Because("popular", "Many customers have bought this lately")


def _repeat(row: Floats) -> Because:
    times, gap = round(float(row[PLACE["own_orders"]])), float(row[PLACE["own_gap"]])
    since = float(row[PLACE["days_since_item"]])
    last = "today" if round(since) == 0 else f"{_days(since)} ago"
    if times >= RHYTHM and gap >= 1 and DUE[0] <= since / gap <= DUE[1]:
        return Because("due_again", f"Usually reorders every {_days(gap)}; last bought {last}")
    bought = f"Bought {times} times before" if times > 1 else "Bought once before"
    return Because("bought_before", f"{bought}; last {last}")


def _days(days: float) -> str:
    return "1 day" if round(days) == 1 else f"{round(days)} days"


def _partner(position: int, moment: Moment, recommender: Recommender) -> int:
    """The item of the last order or of the contact that pulls hardest; -1 when none does."""
    together = next(source for source in recommender.sources if isinstance(source, Together))
    seeds = seeds_of(moment)
    pulls = (together.weights[seeds] * (together.neighbours[seeds] == position)).max(
        axis=1, initial=0
    )
    return int(seeds[np.argmax(pulls)]) if pulls.max(initial=0) > 0 else -1
