"""The GSM-7 alphabet of text messages: what a text costs, and how to write a value within it.

Sources: 3GPP TS 23.038 (alphabet and extension table), TS 23.040 (joined messages).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = "^{}\\[~]|€\f"
"""These cost two septets each."""

_ONLY_GSM7: Final = re.compile(f"[{re.escape(BASIC + EXTENSION)}]*")
_EXTENSION: Final = re.compile(f"[{re.escape(EXTENSION)}]")
_ALPHABET: Final = frozenset(BASIC + EXTENSION)

_LOOKALIKES: Final = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
        "\u2032": "'", "\u2033": '"', "\u00ab": '"', "\u00bb": '"', "\u2010": "-", "\u2011": "-",
        "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2026": "...", "\u2022": "*",
        "\u00d7": "x", "\u00b4": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
        "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u0131": "i",
        "\u0153": "oe", "\u0152": "OE", "\u00ae": "(R)", "\u00a9": "(C)",
    }
)  # fmt: skip


def is_gsm7(text: str) -> bool:
    return _ONLY_GSM7.fullmatch(text) is not None


def septets(text: str, single: int = 160, joined: int = 153) -> int:
    """Septets that a GSM-7 text takes; when it is joined of several messages, with their gaps."""
    extended = len(_EXTENSION.findall(text))
    plain = len(text) + extended
    if plain <= single or not extended:
        return plain
    return _with_gaps((2 if letter in EXTENSION else 1 for letter in text), joined)


def ucs2_units(text: str, single: int = 70, joined: int = 67) -> int:
    """16-bit units that a text takes once one letter lies outside GSM-7; an emoji takes two."""
    plain = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if plain <= single or plain == len(text):
        return plain
    return _with_gaps((2 if ord(letter) > 0xFFFF else 1 for letter in text), joined)


def _with_gaps(costs: Iterable[int], segment: int) -> int:
    """The sum of the costs, plus one wherever a pair would be torn by the end of a segment."""
    used = 0
    for cost in costs:
        if cost == 2 and used % segment == segment - 1:
            used += 1
        used += cost
    return used


def to_gsm7(value: str) -> str:
    """The value in GSM-7 where nobody minds: `Zoë` as `Zoe`, curly quotes as straight.

    What has no look-alike stays as it is (a Greek name, an emoji, `½`, which must not become
    another number), and the whole message then counts in UCS-2.
    """
    if _ONLY_GSM7.fullmatch(value):
        return value
    return "".join(map(_letter, unicodedata.normalize("NFC", value).translate(_LOOKALIKES)))


def _letter(letter: str) -> str:
    if letter in _ALPHABET or unicodedata.category(letter) == "No":
        return letter
    base = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    return base if base and _ALPHABET.issuperset(base) else letter
