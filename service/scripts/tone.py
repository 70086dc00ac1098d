"""Words that a script must not hold, and words that it needs: word lists by language, as data.

The lists are `library/tone/<language>.toml`; what each is for stands here. A language without a
list cannot be checked, so its scripts are refused until it has one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from service.errors import ScriptError

SHIPPED: Final = Path(__file__).parent / "library"
"""The word lists that come with Encore, for languages of which a folder has none of its own."""

UNSETTLED: Final = frozenset({"unresolved", "reopened", "escalated"})
"""With these reasons nothing may be said to be settled."""

NEVER: Final = {
    "smaller": "makes the request sound smaller than it is: leave the word out",
    "rule": "hides behind a rule: say what we do and why",
    "everybody": "is said to everybody: use {first_name} or nothing",
    "chance": "makes the customer's trouble our chance: ask for permission instead",
    "urgency": "is false urgency: leave it out",
    "scarcity": "is false scarcity: leave it out",
    "guilt": "lays guilt or pressure on the customer: leave it out",
    "measurement": "tells of the measurement: a customer is never told about it",
    "blame": "blames the customer: say what happens next",
    "signature": "signs the text: the agent's own program adds the true name, a script has none",
    "card": "asks for card or account data, which never belong into a conversation: leave it out",
}
"""Lists of what no text may hold, with what is wrong and what to do."""

LISTS: Final = {
    "selling": "not in words for contacts that end without an offer, nor in a subject",
    "settled": "not where the contact is unsettled, or may be",
    "person": "a way to a human being, as self-service and the hard cases must give",
    "purpose": "the permission ask names that it is about selling",
    "apology": "our mistake is followed by one",
    "easy_no": "the closing question lets the customer say no without a reason",
    "no_more": "how to hear no more such ideas",
    "withdrawal": "the right to cancel a distance contract",
    "delivery": "the charge for delivery, named before a yes",
    "returns": "what happens when the item is not right, named before a yes",
    "promise": "only as far as proofs.toml backs it",
    "agent": "a single person speaking, which a page is not",
    "private": "the invitation to a private message, in public",
    "personal": "what belongs to one customer, never in public",
}

_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})


@dataclass(frozen=True, slots=True)
class Tone:
    """The word lists of one language, ready to search."""

    language: str
    never: Mapping[str, re.Pattern[str]]
    any_never: re.Pattern[str]
    """All of them in one, since most texts hold nothing of them."""
    lists: Mapping[str, re.Pattern[str]]
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    """What was searched before: the texts of a library, and nothing that a caller sends."""

    def forbidden(self, text: str) -> list[tuple[str, str]]:
        """(what is said, what is wrong with it) for every list that no text may touch."""
        if not self.any_never.search(folded(text)):
            return []
        found = ((self.finds(pattern, text), NEVER[it]) for it, pattern in self.never.items())
        return [(words, what) for words, what in found if words]

    def has(self, name: str, text: str) -> str:
        """The first words of the text that are in a list, of either sort; empty when none are."""
        found = self.known.get((name, text))
        if found is None:
            pattern = self.lists.get(name) or self.never[name]
            found = self.known[name, text] = self.finds(pattern, text)
        return found

    @staticmethod
    def finds(pattern: re.Pattern[str], text: str) -> str:
        """The first find, in the letters of the text."""
        found = pattern.search(folded(text))
        return text[found.start() : found.end()] if found else ""


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """The text without accents and curly apostrophes, letter for letter.

    A text message in Spanish is written without its accents, and is read all the same.
    """
    return "".join(map(_plain, text.translate(_APOSTROPHES)))


@lru_cache(maxsize=4_096)
def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)
    return base[0] if len(base) > 1 and unicodedata.combining(base[1]) else letter


def tone_of(language: str, folder: Path = SHIPPED) -> Tone | None:
    """The word lists of a language: the folder's own, else the shipped ones, else None.

    Raises:
        ScriptError: when a list cannot be read or one is missing.
    """
    for path in (folder / "tone" / f"{language}.toml", SHIPPED / "tone" / f"{language}.toml"):
        if path.is_file():
            return _read(path, path.stat().st_mtime_ns)
    return None


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Tone:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        never, lists = (_patterns(content.get(name)) for name in ("never", "lists"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, re.error) as error:
        raise ScriptError(f"{path.name} cannot be read: {error}") from error
    wrong = [
        f"[{table}] needs the lists {', '.join(known)}"
        for table, found, known in (("never", never, NEVER), ("lists", lists, LISTS))
        if found.keys() != known.keys()
    ]
    if wrong:
        raise ScriptError(f"Please mend tone/{path.name}: {'; '.join(wrong)}")
    any_never = re.compile("|".join(it.pattern for it in never.values()), re.IGNORECASE)
    return Tone(path.stem, never, any_never, lists)


def _patterns(table: Any) -> dict[str, re.Pattern[str]]:
    lists = table if isinstance(table, dict) else {}
    return {
        name: re.compile(rf"(?<!\w)(?:{folded('|'.join(entries))})(?!\w)", re.IGNORECASE)
        for name, entries in lists.items()
        if isinstance(entries, list) and entries and all(isinstance(it, str) for it in entries)
    }
