"""Why an item is suggested: its kind, and one true sentence from the numbers that ranked it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import numpy as np

from models.candidates import SOURCES
from models.candidates.following import Following
from models.candidates.neighbourhood import Neighbourhood
from models.candidates.popular import Popular
from models.candidates.together import Together
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


def source_of(scores: Floats, place: int) -> str:
    """The source that values a candidate most, measured by the best that it has to offer.

    Args:
        scores: of all candidates, as in `Candidates.scores`.
        place: of the candidate.
    """
    best = scores.max(axis=1)
    share = np.divide(scores[:, place], best, out=np.zeros(len(best)), where=best > 0)
    return SOURCES[int(share.argmax())].name


def kind_of(row: Floats, moment: Moment, source: str) -> str:
    """One of KINDS, from a row of features and the source that values the item most."""
    if row[PLACE["own_orders"]] > 0:
        return "repeat"
    if moment.gives_back and row[PLACE["same_category_as_contact"]]:
        return "substitute"
    return "complement" if source == Together.name else "discover"


def because(
    kind: str,
    source: str,
    row: Floats,
    position: int,
    moment: Moment,
    recommender: Recommender,
    name_of: Callable[[int], str | None],
) -> Because:
    """The main reason, in words.

    Args:
        kind: what `kind_of` says of the same row.
        source: what `source_of` says of the same candidate.
        row: the item's features, float32[len(FEATURES)].
        position: of the item in the catalogue.
        moment: for which the item was ranked.
        recommender: that ranked it.
        name_of: the name of the item at a position, None of one that is no longer there.
    """
    if kind == "repeat":
        return _repeat(row)
    if kind == "substitute":
        return Because("same_need", "Of the same sort as what this contact is about")
    if source == Together.name:
        other = _partner(Together, position, moment, recommender, name_of) or "the last order"
        return Because("goes_with", f"Others bought it together with {other}")
    if source == Following.name:
        other = (
            _partner(Following, position, moment, recommender, name_of)
            or "orders like the last one"
        )
        return Because("ordered_next", f"Others ordered it next after {other}")
    if source == Popular.name:
        return Because("popular", "Many customers have bought this lately")
    return Because("like_minded", "Customers with similar orders buy this")


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


def _partner(
    kind: type[Neighbourhood],
    position: int,
    moment: Moment,
    recommender: Recommender,
    name_of: Callable[[int], str | None],
) -> str | None:
    """The item of the last orders or of the contact that pulls hardest, by name."""
    source = next(source for source in recommender.sources if isinstance(source, kind))
    seeds, strengths = source.seeds(moment)
    near = source.neighbours[seeds] == position
    pulls = (source.weights[seeds] * near).max(axis=1, initial=0) * strengths
    return name_of(int(seeds[np.argmax(pulls)])) if pulls.max(initial=0) > 0 else None
