"""Why an item is suggested: its kind, and one true sentence from what ranked it.

The reason is what added most to the item's chance in the ranker's own trees, among the reasons
that are true of it: a high score for what is popular explains nothing about an item that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final, cast

import msgspec
import numpy as np

from models.candidates.following import Following
from models.candidates.neighbourhood import Neighbourhood
from models.candidates.together import Together
from models.features import FEATURES, OWN
from models.moment import Moment
from models.purchases import Floats
from models.recommender import Ranking, Recommender

RHYTHM: Final = 3
"""Purchases that make a rhythm; two are one gap, and that may have been chance."""
DUE: Final = (0.9, 2.0)
"""In units of the customer's own gap: earlier is too soon, later the rhythm is over."""
PLACE: Final[Mapping[str, int]] = {name: place for place, name in enumerate(FEATURES)}
_OWN_ORDERS, _SAME_CATEGORY = PLACE["own_orders"], PLACE["same_category_as_contact"]
_TOGETHER = PLACE["score_together"]


class Because(msgspec.Struct, frozen=True):
    """`code` is stable; `text` is for the agent."""

    code: str
    text: str


REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "bought_before": tuple(OWN),
    "goes_with": ("score_together",),
    "ordered_next": ("score_following",),
    "like_minded": ("score_neighbours", "score_alike", "score_similar"),
    "same_need": ("score_replace", "same_category_as_contact"),
    "popular": (
        "score_popular", "item_sold", "item_recent", "item_newest", "item_before", "item_trend",
        "item_newest_trend", "item_discovered",
    ),
    "in_season": ("season",),
    "favourite_sort": ("category_share",),
}  # fmt: skip
"""The features that speak for each reason; the others, such as the price, are no words to say."""
CODES: Final = (*REASONS, "due_again")
SEASON: Final = float(np.log(1.2))
"""In season is what sells a fifth more in this month than over the year."""
SORT: Final = 0.2
"""Share of the customer's lines that makes a sort of items a favourite."""
_TRUE_ABOVE: Final = {
    "bought_before": [(PLACE["own_orders"], 0.0)],
    "goes_with": [(PLACE["score_together"], 0.0)],
    "ordered_next": [(PLACE["score_following"], 0.0)],
    "like_minded": [(PLACE[name], 0.0) for name in REASONS["like_minded"]],
    "same_need": [(PLACE[name], 0.0) for name in REASONS["same_need"]],
    "popular": [(PLACE["score_popular"], 0.0)],
    "in_season": [(PLACE["season"], SEASON)],
    "favourite_sort": [(PLACE["category_share"], SORT)],
}
"""Each is true of an item of which one of these features is above its bound."""
_MOVE: Final = itemgetter(0)
_GROUPS: Final = np.full(len(FEATURES), len(REASONS), dtype=np.int32)
for _group, _names in enumerate(REASONS.values()):
    _GROUPS[[PLACE[name] for name in _names]] = _group


def because(
    table: Floats,
    positions: Sequence[int],
    moment: Moment,
    recommender: Recommender,
    name_of: Callable[[int], str | None],
) -> list[Because]:
    """The main reason of each item, in words.

    Args:
        table: the items' features, float32[n, len(FEATURES)].
        positions: of the items in the catalogue.
        moment: for which the items were ranked.
        recommender: that ranked them.
        name_of: the name of the item at a position, None of one that is no longer there.
    """
    return [
        _tell(_main(row, moves), row, position, moment, recommender, name_of)
        for row, position, moves in zip(table, positions, _moves(table, recommender), strict=True)
    ]


def _moves(table: Floats, recommender: Recommender) -> list[list[float]]:
    """What each of `REASONS` added to the log-odds of each item."""
    added = recommender.ranker.contributions(table, _GROUPS)[:, : len(REASONS)]
    return cast("list[list[float]]", added.tolist())


def _main(row: Floats, moves: Sequence[float]) -> str:
    """What added most of all that is true of the item."""
    for _, reason in sorted(zip(moves, REASONS, strict=True), key=_MOVE, reverse=True):
        if any(row[place] > least for place, least in _TRUE_ABOVE[reason]):
            return reason
    raise AssertionError("whatever source proposed an item has a reason that is true of it")


def kind_of(row: Floats, moment: Moment, code: str) -> str:
    """One of KINDS, from the item's features and the code of its main reason."""
    plain = _plain_kind(row, moment)
    return plain or ("complement" if code == "goes_with" else "discover")


def kinds_at(
    ranking: Ranking, moment: Moment, recommender: Recommender, places: Sequence[int]
) -> list[str]:
    """The kinds of items at places of the ranking, before anything is said of them.

    Only of what goes with another order is the main reason looked for.
    """
    table = ranking.table.take(places, 0)
    kinds = [_plain_kind(row, moment) or "discover" for row in table]
    unsure = [
        number
        for number, kind in enumerate(kinds)
        if kind == "discover" and table[number, _TOGETHER] > 0
    ]
    if unsure:
        rows = table.take(unsure, 0)
        for number, row, moves in zip(unsure, rows, _moves(rows, recommender), strict=True):
            kinds[number] = kind_of(row, moment, _main(row, moves))
    return kinds


def _plain_kind(row: Floats, moment: Moment) -> str | None:
    """The kind of what is a repeat or a substitute, whatever the reason."""
    if row[_OWN_ORDERS] > 0:
        return "repeat"
    return "substitute" if moment.gives_back and row[_SAME_CATEGORY] else None


def _tell(
    reason: str,
    row: Floats,
    position: int,
    moment: Moment,
    recommender: Recommender,
    name_of: Callable[[int], str | None],
) -> Because:
    """The reason in words."""
    match reason:
        case "bought_before":
            return _repeat(row)
        case "goes_with":
            other = _partner(Together, position, moment, recommender, name_of)
            return Because(reason, f"Others bought it together with {other or 'the last order'}")
        case "ordered_next":
            other = _partner(Following, position, moment, recommender, name_of)
            after = other or "orders like the last one"
            return Because(reason, f"Others ordered it next after {after}")
        case "like_minded":
            return Because(reason, "Customers with similar orders buy this")
        case "same_need":
            return Because(reason, "Of the same sort as what this contact is about")
        case "popular":
            return Because(reason, "Many customers have bought this lately")
        case "in_season":
            return Because(reason, "Sells better in this month than in most others")
        case _:
            share = round(100 * float(row[PLACE["category_share"]]))
            return Because(reason, f"{share}% of what this customer ordered is of this sort")


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
