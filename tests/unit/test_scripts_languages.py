"""The shipped words in four languages and two wordings: complete, different, and short enough."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from models.domain import CHANNELS, KINDS, MOODS, NO_OFFER_REASONS, Money
from service.scripts.facts import Facts, ServiceFacts
from service.scripts.gsm7 import is_gsm7
from service.scripts.library import load_drafts
from service.scripts.lint import FOLDER, check
from service.scripts.placeholders import say

LIBRARY = load_drafts()
LOCALES = ("en_GB", "de_DE", "fr_FR", "es_ES")
ASKED_MOODS = tuple(mood for mood in MOODS if mood != "angry")
EVERYWHERE = tuple(product(LOCALES, CHANNELS))
SORTS = tuple(product(("return", "other"), KINDS, ASKED_MOODS, ("ours", "carrier", "none")))
NAMES = (
    "Oak bookcase",
    "Étagère à chaussures en chêne massif, trois niveaux, avec banc d'entrée rembourré",
    "Bücherregal Fairelane, geölt, mit fünf verstellbaren Böden und Kippsicherung",
    "W" * 80,
    "Ράφι βιβλιοθήκης από δρυ με πέντε ρυθμιζόμενα ράφια",
)


def of_sort(channel: str, locale: str, sort: tuple[str, ...], name: str = NAMES[0]) -> Facts:
    """A dear item, a long date and a long name: what takes most room."""
    topic, kind, mood, fault = sort
    price = Money(Decimal("999999.99"), "USD")
    return Facts(
        channel, topic, kind, name, price, mood, locale, fault, "Maximiliane",
        returned_item_name=name, last_bought_on=date(2026, 9, 30),
    )  # fmt: skip


@pytest.mark.parametrize(("locale", "channel"), EVERYWHERE)
def test_the_second_wording_leads_asks_names_and_closes_in_other_words(
    locale: str, channel: str
) -> None:
    for sort in SORTS:
        facts = of_sort(channel, locale, sort)
        first, second = (LIBRARY.write(facts, variant) for variant in ("a", "b"))
        assert first.locale == second.locale == locale
        for part in ("bridge", "permission", "offer", "close"):
            assert first.parts[part] != second.parts[part], (sort, part)


@pytest.mark.parametrize(("locale", "channel"), EVERYWHERE)
def test_every_ask_fits_its_channel_whatever_the_item_is_called(locale: str, channel: str) -> None:
    for sort, name, variant in product(SORTS, NAMES, ("a", "b")):
        words = LIBRARY.write(of_sort(channel, locale, sort, name), variant)
        assert words.length_value <= words.length_limit, words.text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_text_message_keeps_to_the_cheap_alphabet(locale: str) -> None:
    for sort, name, variant in product(SORTS, NAMES[:4], ("a", "b")):
        text = LIBRARY.write(of_sort("sms", locale, sort, name), variant).text
        assert is_gsm7(text), text


@pytest.mark.parametrize(("locale", "channel"), EVERYWHERE)
def test_every_reason_not_to_ask_has_words_of_the_language_that_fit(
    locale: str, channel: str
) -> None:
    for reason, mood, name in product(NO_OFFER_REASONS, MOODS, (None, "Maximiliane")):
        words = LIBRARY.close_kindly(
            ServiceFacts(channel, "return", mood, "ours", reason, first_name=name, locale=locale)
        )
        assert words.locale == locale
        assert words.parts["decline"]
        assert words.length_value <= words.length_limit, words.text


def test_no_two_languages_share_a_sentence_that_is_said() -> None:
    """A forgotten translation would show here."""
    speakers: dict[str, set[str]] = defaultdict(set)
    for file in check(FOLDER)[0]:
        for table, entries in file.tables.items():
            for entry in entries.values():
                if table not in ("offer", "labels"):
                    speakers[say(entry, {})].add(file.language)
    assert [text for text, languages in speakers.items() if text and len(languages) > 1] == []
