"""Finds an item by its name or number as a customer remembers and types it.

The ledger picks what shares pieces of three letters with it; then each word that was typed is held
against the words of each item by difflib (Ratcliff and Obershelp's matching blocks).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from psycopg import Connection

from service.ledger.lookup import items_sharing

SHOWN: Final = 5
ALIKE: Final = 0.7
"""Proposed: of words that are alike to this degree one letter in four is wrong."""
PIECE: Final = 3
_WORDS: Final = re.compile(r"\w+")


def find_items(connection: Connection, typed: str) -> list[dict[str, Any]]:
    """The items that are most alike, the best first; none where nothing is alike."""
    words = _words(typed)
    scored = []
    for id_, name, category, price, currency, sellable in items_sharing(connection, pieces(words)):
        score = likeness(words, [*_words(name), *_words(id_)])
        if score >= ALIKE:
            shown = {
                "item_id": id_, "name": name, "category": category,
                "price": {"amount": price, "currency": currency}, "sellable": sellable,
                "likeness": round(score, 2),
            }  # fmt: skip
            scored.append((-score, len(name), id_, shown))
    return [shown for *_, shown in sorted(scored, key=lambda one: one[:3])[:SHOWN]]


def pieces(words: Sequence[str]) -> list[str]:
    """Every three letters in a row, once; of a shorter word all of it.

    >>> pieces(["tan", "oaks"])
    ['aks', 'oak', 'tan']
    """
    starts = ((word, range(max(1, len(word) - PIECE + 1))) for word in words)
    return sorted({word[at : at + PIECE] for word, places in starts for at in places})


def likeness(typed: Sequence[str], known: Sequence[str]) -> float:
    """From 0 to 1: how well each typed word is met by the best of an item's, longer words more.

    >>> likeness(["oak"], ["oak", "bookcase"])
    1.0
    >>> round(likeness(["farelane", "tann"], ["fairelane", "tan"]), 2)
    0.91
    """
    letters = sum(map(len, typed))
    if not letters:
        return 0.0
    return sum(len(word) * _best(word, known) for word in typed) / letters


def _best(word: str, known: Sequence[str]) -> float:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word)  # what is compared with many is looked at once
    best = 0.0
    for other in known:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())
