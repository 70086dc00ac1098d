"""Why an item is suggested: its kind, and one true sentence from what ranked it.

The reason is what added most to the item's chance in the ranker's own trees, among the reasons
that are true of it: a high score for what is popular explains nothing about an item that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final

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
    added = recommender.ranker.contributions(table, _GROUPS)[:, : len(REASONS)].tolist()

    def main(row: Floats, position: int, moves: list[float]) -> Because:
        for move, reason in sorted(zip(moves, REASONS, strict=True), key=_MOVE, reverse=True):
            told = _tell(reason, row, position, moment, recommender, name_of)
            if told:
                return told
        raise AssertionError("whatever source proposed an item has a reason that is true of it")

    return list(map(main, table, positions, added))


def kind_of(row: Floats, moment: Moment, reason: Because) -> str:
    """One of KINDS, from the item's features and the main reason."""
    plain = _plain_kind(row, moment)
    return plain or ("complement" if reason.code == "goes_with" else "discover")


def kind_at(ranking: Ranking, moment: Moment, recommender: Recommender, place: int) -> str:
    """The kind of the item at a place of the ranking, before anything is said of it."""
    table, positions = ranking.table[place : place + 1], ranking.candidates.items[place : place + 1]
    plain = _plain_kind(table[0], moment)
    if plain:
        return plain
    [reason] = because(table, positions.tolist(), moment, recommender, lambda _: None)
    return kind_of(table[0], moment, reason)


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
) -> Because | None:
    """The reason in words; None where it is not true of the item."""

    def partner(kind: type[Neighbourhood]) -> str | None:
        return _partner(kind, position, moment, recommender, name_of)

    def says(*features: str) -> bool:
        return any(row[PLACE[feature]] > 0 for feature in features)

    match reason:
        case "bought_before" if says("own_orders"):
            return _repeat(row)
        case "goes_with" if says("score_together"):
            other = partner(Together) or "the last order"
            return Because(reason, f"Others bought it together with {other}")
        case "ordered_next" if says("score_following"):
            other = partner(Following) or "orders like the last one"
            return Because(reason, f"Others ordered it next after {other}")
        case "like_minded" if says(*REASONS["like_minded"]):
            return Because(reason, "Customers with similar orders buy this")
        case "same_need" if says("score_replace", "same_category_as_contact"):
            return Because(reason, "Of the same sort as what this contact is about")
        case "popular" if says("score_popular"):
            return Because(reason, "Many customers have bought this lately")
        case "in_season" if row[PLACE["season"]] > SEASON:
            return Because(reason, "Sells better in this month than in most others")
        case "favourite_sort" if row[PLACE["category_share"]] > SORT:
            share = round(100 * float(row[PLACE["category_share"]]))
            return Because(reason, f"{share}% of what this customer ordered is of this sort")
    return None


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
