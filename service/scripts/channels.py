"""How long a script may be on each channel, by the channel's own rule, and how it is laid out.

The limits stand here with their sources; which words are said stands in `library/`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from service.scripts.gsm7 import is_gsm7, septets, ucs2_units
from service.scripts.weighted import weight

PARTS: Final = (
    "acknowledge", "confirm", "bridge", "permission", "offer",
    "benefit", "disclosures", "close", "recap", "decline",
)  # fmt: skip
"""The ten parts in the order in which they are said."""

AFTER_THE_ANSWER: Final = ("recap", "decline")
"""Said after a yes, or after a no: never both, so they are no part of the text that asks."""


class Length(NamedTuple):
    unit: str
    value: int
    limit: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What a channel allows.

    Attributes:
        measure: the length of a whole text, in the channel's unit and against its limit.
        room_of: how much of a value's room the value takes.
        item_name: room for an item's name; a longer one is cut at a word and ends in "...".
        first_name: room for a first name; a longer one is left out.
        turns: the parts before the customer answers, grouped as they are sent or set apart.
        between: what stands between two groups.
        gsm7: whether every letter should stay within GSM-7.
    """

    measure: Callable[[str], Length]
    room_of: Callable[[str], int]
    item_name: int
    first_name: int
    turns: tuple[tuple[str, ...], ...]
    between: str = " "
    gsm7: bool = False


WORDS_PER_MINUTE: Final = 150
SPOKEN_SECONDS: Final = 50
"""Proposed: conversational British English is 150 to 160 words a minute, and an ask that takes
longer than this keeps the next caller waiting."""

SMS_SEGMENTS: Final = 2
"""Proposed: 3GPP TS 23.040 joins messages at 153 septets each. One message has no room for price,
return terms and an easy no; a third costs more than it says."""
SMS_UCS2_SEGMENTS: Final = 5
"""One letter outside GSM-7 leaves 67 units a segment; the same words then need five."""

POST_WEIGHT: Final = 280
"""X: weighted length of a post; we keep private messages to it too, so that they read as easily."""
MESSENGER_CHARACTERS: Final = 2_000
"""Facebook Messenger, Send API: the longest text of one message."""
CHAT_TURN: Final = 240
"""Proposed: about three lines of a chat window; the longest single turn counts."""
PAGE_CHARACTERS: Final = 900
"""Proposed: what a panel of a web page shows without scrolling."""
EMAIL_CHARACTERS: Final = 2_000
"""Proposed: one screen of an e-mail, with its subject."""
SUBJECT_CHARACTERS: Final = 60
"""Convention: what most programs show of a subject."""


def spoken(text: str) -> Length:
    seconds = math.ceil(len(text.split()) * 60 / WORDS_PER_MINUTE)
    return Length("seconds", seconds, SPOKEN_SECONDS)


def text_message(text: str) -> Length:
    if is_gsm7(text):
        return Length("septets", septets(text), 153 * SMS_SEGMENTS)
    return Length("ucs2_units", ucs2_units(text), 67 * SMS_UCS2_SEGMENTS)


def post(text: str) -> Length:
    return Length("weighted_characters", weight(text), POST_WEIGHT)


def messenger(text: str) -> Length:
    return Length("characters", len(text), MESSENGER_CHARACTERS)


def chat_turns(text: str) -> Length:
    return Length("characters_in_longest_turn", max(map(len, text.split("\n"))), CHAT_TURN)


def page(text: str) -> Length:
    return Length("characters", len(text), PAGE_CHARACTERS)


def letter(text: str) -> Length:
    return Length("characters", len(text), EMAIL_CHARACTERS)


def _spoken_room(value: str) -> int:
    """Words; eight letters count as one at least, so that no endless word slips through."""
    return max(len(value.split()), math.ceil(len(value) / 8))


def _sms_room(value: str) -> int:
    return septets(value) if is_gsm7(value) else ucs2_units(value)


SERVICE_TURNS: Final = (("acknowledge", "confirm"), ("decline",))
"""How the words are grouped where nothing is offered."""

_ONE = (PARTS[:8],)
_SERVICE_THEN_ASK = (PARTS[:2], PARTS[2:8])
_SHORT_TURNS = (PARTS[:2], PARTS[2:4], PARTS[4:6], PARTS[6:8])

RULES: Final = {
    "phone": Rule(spoken, _spoken_room, 8, 3, _ONE),
    "web": Rule(page, len, 80, 24, _SERVICE_THEN_ASK, "\n\n"),
    "chat": Rule(chat_turns, len, 80, 24, _SHORT_TURNS, "\n"),
    "sms": Rule(text_message, _sms_room, 40, 12, _ONE, gsm7=True),
    "twitter": Rule(post, weight, 36, 12, _ONE),
    "facebook": Rule(messenger, len, 80, 24, _SERVICE_THEN_ASK, "\n\n"),
    "email": Rule(letter, len, 120, 24, _SERVICE_THEN_ASK, "\n\n"),
}
