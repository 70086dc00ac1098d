"""The closed placeholder language of the scripts: `{item_name}` and a few more, and nothing else.

No expressions, no format codes, no attributes: managers edit these texts, and the values come from
customers and catalogues. A text is cut up once, on load; a value is set in as it is and never
looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`longest` is the longest value; None where channel and language say how long it may be."""

    means: str
    always_known: bool
    longest: str | None = None


PLACEHOLDERS: Final = {
    "item_name": Placeholder("the suggested item", True),
    "price": Placeholder("its price with the currency", True),
    "first_name": Placeholder("the customer's first name", False),
    "returned_item_name": Placeholder("the item that came back", False),
    "last_bought_on": Placeholder("when the customer last ordered it", False),
    "because": Placeholder("the reason on the agent's screen", False, " ".join(["word"] * 24)),
}

CERTAIN: Final = frozenset(name for name, it in PLACEHOLDERS.items() if it.always_known)

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")


class BadPlaceholder(ValueError):
    """Says which placeholder is wrong and what to write instead."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with gaps: `slots` names the value that belongs at each place of `pieces`."""

    pieces: tuple[str, ...]
    slots: tuple[tuple[int, str], ...]
    needs: frozenset[str]

    def fill(self, values: Mapping[str, str]) -> str:
        if not self.slots:
            return self.pieces[0]
        filled = list(self.pieces)
        for place, name in self.slots:
            filled[place] = values[name]
        return "".join(filled)


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the library, as written and cut up."""

    source: str
    whole: Sentence
    sentences: tuple[Sentence, ...]


def plain(text: str) -> Sentence:
    """Words without gaps."""
    return Sentence((text,), (), frozenset())


Entry = tuple[Text, ...]
"""A text and its alternatives, the fullest first."""


def parse(source: str) -> Text:
    """Cut a text at its placeholders.

    Raises:
        BadPlaceholder: for an unknown name or a stray brace.
    """
    sentences = tuple(_cut(sentence) for sentence in _SENTENCE_END.split(source))
    return Text(source, _cut(source), sentences)


def _cut(source: str) -> Sentence:
    pieces: list[str] = []
    slots: list[tuple[int, str]] = []
    for place, piece in enumerate(_PLACEHOLDER.split(source)):
        if place % 2 == 0:
            if "{" in piece or "}" in piece:
                raise BadPlaceholder("has a stray brace: braces stand only around a placeholder")
        elif piece not in PLACEHOLDERS:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise BadPlaceholder(f"has the unknown placeholder {{{piece}}}: use one of {known}")
        else:
            slots.append((place, piece))
        pieces.append(piece)
    if not slots:
        return plain(source)
    return Sentence(tuple(pieces), tuple(slots), frozenset(name for _, name in slots))


def say(entry: Entry, values: Mapping[str, str]) -> str:
    """An entry in the words that fit what is known."""
    return sayable(entry, values.keys()).fill(values)


def sayable(entry: Entry, known: Set[str]) -> Sentence:
    """The first alternative that can be filled; else what is left of the last one.

    A sentence that wants a value that is not known is dropped, never said with a gap.
    """
    for text in entry:
        if known >= text.whole.needs:
            return text.whole
    return joined(" ", [one for one in entry[-1].sentences if known >= one.needs])


def always_says(entry: Entry, name: str) -> bool:
    """Whether the value is said whatever else is known of the customer."""

    def certainly(text: Text) -> bool:
        return any(name in one.needs and one.needs <= CERTAIN for one in text.sentences)

    return all(name in text.whole.needs for text in entry[:-1]) and certainly(entry[-1])


def joined(between: str, sentences: Sequence[Sentence]) -> Sentence:
    """Sentences as one, with `between` between them."""
    pieces: list[str] = [""]
    slots: list[tuple[int, str]] = []
    for number, sentence in enumerate(sentences):
        pieces[-1] += between if number else ""
        named = dict(sentence.slots)
        for place, piece in enumerate(sentence.pieces):
            if place in named:
                slots.append((len(pieces), named[place]))
                pieces += ["", ""]
            else:
                pieces[-1] += piece
    return Sentence(tuple(pieces), tuple(slots), frozenset(name for _, name in slots))


def clean(value: str) -> str:
    """The value on one line; all else is left as it is."""
    return " ".join(value.split())
