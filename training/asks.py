"""Would the new ranking have asked better? Asks on record, and what it would have shown first.

Only asks count in which chance had a choice, and whose outcome could have come in. The reward is
what a yes to the shown item is worth; an ask that the agent left out earned nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.ids import Ids
from models.moment import Moment
from models.purchases import Days, no_history
from models.recommender import Recommender
from training.examples import Example
from training.load import NUMBER, TIME, WORD, Dataset, days_of, positions, read_columns
from training.policy_value import Log, PolicyValue, value_of

MATURED_DAYS: Final = 1.0
"""So long before the newest word on record: of what is bought after an ask half is bought within 24
hours (Chapelle, KDD 2014), and after an ask in a conversation nearly all."""
MOST: Final = 20_000
"""The newest that are looked at: a minute's work."""
WORDS, NUMBERS = pa.list_(WORD), pa.list_(NUMBER)
COLUMNS: Final = {
    "decisions": pa.schema([
        pa.field("suggestion_id", WORD, nullable=False), ("interaction_id", WORD),
        ("customer_id", WORD), pa.field("decided_at", TIME, nullable=False),
        pa.field("decision", WORD, nullable=False), ("item_ids", WORDS), ("propensity", NUMBER),
        ("eligible_ids", WORDS), ("eligible_worths", NUMBERS), ("eligible_gains", NUMBERS),
        ("eligible_probabilities", NUMBERS),
    ]),
    "outcomes": pa.schema([
        pa.field("suggestion_id", WORD, nullable=False), ("item_id", WORD),
        pa.field("result", WORD, nullable=False), pa.field("occurred_at", TIME, nullable=False),
    ]),
    "interactions": pa.schema([
        pa.field("interaction_id", WORD, nullable=False),
        pa.field("occurred_at", TIME, nullable=False), pa.field("topic", WORD, nullable=False),
        ("item_ids", WORDS),
    ]),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """One ask and all that could have come first instead.

    Attributes:
        moment: what was known.
        ids: of what could have come first; `shown` is the place of what did.
        propensity: with which it did.
        gains: what a yes to each is worth, float64[k].
        paid_anyway: what each is worth beside that, mostly the cost of asking, float64[k].
        accepted: whether the shown one was.
    """

    moment: Moment
    ids: Sequence[str]
    shown: int
    propensity: float
    gains: Days
    paid_anyway: Days
    accepted: bool

    @property
    def example(self) -> Example:
        """As a moment to measure on: whose items the sources must know."""
        return Example(-1, self.moment, np.empty(0, dtype=np.int32))


def read_asks(folder: Path, data: Dataset, since: float) -> Sequence[Ask]:
    """The newest asks in which there was a choice, whose outcome is known by now.

    Args:
        folder: the export; without decisions there were no asks.
        since: days since 1970-01-01.

    Raises:
        BadData: a file is there and cannot be used.
    """
    if not (folder / "decisions.parquet").exists():
        return []
    decisions, outcomes, contacts = (
        read_columns(folder / f"{name}.parquet", wanted) for name, wanted in COLUMNS.items()
    )
    asks = _with_a_choice(decisions, outcomes, since)
    if not len(asks):
        return []
    moments = _moments(asks, contacts, data)
    accepted = _accepted(outcomes)
    return [
        _ask(row, moment, accepted) for row, moment in zip(asks.to_pylist(), moments, strict=True)
    ]


def value_of_asks(asks: Sequence[Ask], new: Recommender) -> PolicyValue:
    """What the new ranking would have earned with these asks, learned from nothing later."""
    rows = [row for ask in asks if (row := _weighed(ask, new)) is not None]
    return value_of(Log(*np.array(rows, dtype=np.float64).reshape(-1, 5).T))


def _weighed(ask: Ask, new: Recommender) -> tuple[float, float, float, float, float] | None:
    """One row of a `Log`; none where the new ranking proposes nothing of what could be shown."""
    ranking = new.rank(ask.moment)
    places = {item: place for place, item in enumerate(ranking.candidates.items.tolist())}
    found = [places.get(item, -1) for item in new.catalogue.ids.find(ask.ids).tolist()]
    proposed = np.array(found) >= 0
    if not proposed.any():
        return None
    modelled = np.where(proposed, ranking.probabilities[found] * ask.gains, 0.0)
    best = int(np.where(proposed, modelled + ask.paid_anyway, -np.inf).argmax())
    return (
        float(ask.gains[ask.shown]) if ask.accepted else 0.0,
        ask.propensity,
        float(best == ask.shown),
        float(modelled[ask.shown]),
        float(modelled[best]),
    )


def _ask(row: dict[str, Any], moment: Moment, accepted: set[tuple[str, str]]) -> Ask:
    shown, gains = row["item_ids"][0], np.array(row["eligible_gains"])
    chances, worths = np.array(row["eligible_probabilities"]), np.array(row["eligible_worths"])
    return Ask(
        moment=moment,
        ids=row["eligible_ids"],
        shown=row["eligible_ids"].index(shown),
        propensity=row["propensity"],
        gains=gains,
        paid_anyway=worths - chances * gains,
        accepted=(row["suggestion_id"], shown) in accepted,
    )


def _moments(asks: pa.Table, contacts: pa.Table, data: Dataset) -> list[Moment]:
    """What was known of each ask's customer and contact; without a contact only of the customer."""
    ids, histories = Ids.of(data.item_ids), data.purchases.histories()
    customers = positions(asks["customer_id"], data.customer_ids).tolist()
    decided = days_of(asks["decided_at"]).tolist()
    places = positions(asks["interaction_id"], contacts["interaction_id"].combine_chunks())
    resolved, about = days_of(contacts["occurred_at"]), contacts.select(["topic", "item_ids"])
    moments = []
    for customer, day, place in zip(customers, decided, places.tolist(), strict=True):
        history, topic, items = histories.get(customer, no_history()), None, ids.find([])
        if place >= 0:
            day = min(day, float(resolved[place]))
            [contact] = about.slice(place, 1).to_pylist()
            topic, items = contact["topic"], ids.find(contact["item_ids"] or [])
        moments.append(Moment(history.until(day), day, topic, items[items >= 0]))
    return moments


def _with_a_choice(decisions: pa.Table, outcomes: pa.Table, since: float) -> pa.Table:
    """The newest asks out of more than one item, whose outcome is known by now."""
    offers = decisions.filter(
        pc.and_(
            pc.and_(pc.equal(decisions["decision"], "offer"), pc.is_valid(decisions["propensity"])),
            pc.greater(pc.fill_null(pc.list_value_length(decisions["eligible_ids"]), 0), 1),
        )
    ).sort_by("decided_at")
    if not len(offers):
        return offers
    heard = [days_of(offers["decided_at"]).max(), *days_of(outcomes["occurred_at"])]
    days = days_of(offers["decided_at"])
    told = offers.filter(pa.array((days >= since) & (days < max(heard) - MATURED_DAYS)))
    return told.slice(max(0, len(told) - MOST))


def _accepted(outcomes: pa.Table) -> set[tuple[str, str]]:
    """(suggestion id, item id) of every yes."""
    yes = outcomes.filter(pc.equal(outcomes["result"], "accepted"))
    return set(zip(yes["suggestion_id"].to_pylist(), yes["item_id"].to_pylist(), strict=True))
