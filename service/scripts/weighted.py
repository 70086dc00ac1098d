"""The weighted length of X (Twitter): most letters count 1, all else 2, a link 23, an emoji 2.

Source: X's "Counting characters" and the configuration version 3 of its twitter-text library.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LINK_WEIGHT: Final = 23

_LIGHT: Final = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_ONLY_LIGHT: Final = re.compile(f"{_LIGHT.pattern}*")
_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_PICTURE: Final = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_TONED: Final = f"{_PICTURE}\ufe0f?[\U0001f3fb-\U0001f3ff]?"
_EMOJI: Final = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[#*0-9]\ufe0f?\u20e3|{_TONED}(?:\u200d{_TONED})*"
)
"""Flags, keycaps, and pictures with their skin tones and joiners: each is one emoji."""


def weight(text: str) -> int:
    """What the text weighs against X's 280."""
    links = 0
    if "://" in text:
        text, links = _LINK.subn("", text)
    if _ONLY_LIGHT.fullmatch(text):
        return len(unicodedata.normalize("NFC", text)) + LINK_WEIGHT * links
    text, emoji = _EMOJI.subn("", unicodedata.normalize("NFC", text))
    light = len(_LIGHT.findall(text))
    return light + 2 * (len(text) - light) + 2 * emoji + LINK_WEIGHT * links
