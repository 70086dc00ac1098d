"""Which text of a table fits a contact: the one whose key names most of what is true of it.

A key is `any`, one word (`ours`, `return`, `repeat`, `upset`) or several joined by hyphens
(`ours-upset`). The words of all dimensions differ, so no key needs to say which one it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from models.domain import FAULTS, KINDS, MOODS, NO_OFFER_REASONS, TOPICS
from service.scripts.placeholders import Entry
from service.scripts.read import ANY

ASK_DIMENSIONS: Final = {"topic": TOPICS, "kind": KINDS, "mood": MOODS, "fault": FAULTS}
"""In an ask the name of a law pack (`us`, `eu`) is a word too: true of customers who live there."""
SERVICE_DIMENSIONS: Final = {
    "reason": NO_OFFER_REASONS, "topic": TOPICS, "mood": MOODS, "fault": FAULTS,
}  # fmt: skip


@lru_cache(maxsize=1_024)
def words_of(key: str) -> frozenset[str]:
    return frozenset() if key == ANY else frozenset(key.split("-"))


def choose_key(table: Mapping[str, Entry], true_of_it: frozenset[str]) -> str:
    """The key with most words of which all are true; of equals the upper one in the file."""
    fitting = [key for key in table if words_of(key) <= true_of_it]
    return max(fitting, key=lambda key: len(words_of(key)))


def choose(table: Mapping[str, Entry], true_of_it: frozenset[str]) -> Entry:
    return table[choose_key(table, true_of_it)]
