"""Whatever the channel, kind, mood and country: within the limit, in cheap letters, grounded."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import cycle, product

import pytest

from models.domain import CHANNELS, KINDS, MOODS, TOPICS, Money
from service.scripts.facts import Facts
from service.scripts.gsm7 import is_gsm7
from service.scripts.library import load_library
from service.scripts.money import FORMATS, money_text

LIBRARY = load_library()
LOCALES = [locale for locales in FORMATS.values() for locale in locales]
NAMES = (
    "REGENCY CAKESTAND 3 TIER",
    "SET OF 3 WICKER OVAL BASKETS W LIDS",
    "Fairelane 72 in. Bookcase, Oak \u2013 5 Shelves, 11.8\u2033 deep, with Adjustable Feet",
    "Bücherregal „Größe M\u201c, 80 × 30 × 202 cm, weiß lasiert",  # noqa: RUF001
    "Étagère d\u2019angle en chêne massif, façade blanc cassé",
    "Estantería de roble macizo con cajón, tamaño pequeño",
    "Überschallschwingungsdämpfungsvorrichtungszubehörteileaufbewahrungsschrank",
    "🪑 Stuhl",
    "x",
)
PRICES = ("0.50", "12.75", "1234.50", "99999.99", "8123456.78")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_fits_its_channel_and_every_number_comes_from_the_facts(locale: str) -> None:
    names, prices, topics = cycle(NAMES), cycle(PRICES), cycle(TOPICS)
    currencies = cycle(("GBP", "EUR", "USD", "CHF"))
    for channel, kind, mood, short in product(CHANNELS, KINDS, MOODS, (False, True)):
        price = Money(Decimal(next(prices)), next(currencies))
        facts = Facts(
            channel, next(topics), kind, next(names), price, mood, locale, "ours", "Lea", None,
            next(names), date(2026, 8, 30), short,
        )  # fmt: skip
        known = f"{facts.item_name} {facts.returned_item_name} 30 2026 "
        known += money_text(price.amount, price.currency, locale)
        for variant in LIBRARY.variants(facts):
            words = LIBRARY.write(facts, variant)
            assert words.length_value <= words.length_limit, words
            said = f"{words.text} {words.parts['recap']} {words.parts['decline']}"
            assert set(re.findall(r"\d+", said)) <= set(re.findall(r"\d+", known))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_text_message_stays_in_cheap_letters(locale: str) -> None:
    """No-break spaces, curly apostrophes and circumflexes of a locale each halve a message."""
    for kind, mood, currency in product(KINDS, MOODS, ("GBP", "EUR", "USD", "CHF")):
        price = Money(Decimal("1234.50"), currency)
        facts = Facts(
            "sms", "return", kind, "Étagère en chêne", price, mood, locale, "ours", "Zoë", None,
            "Bücherregal", date(2026, 8, 30),
        )  # fmt: skip
        for variant in LIBRARY.variants(facts):
            words = LIBRARY.write(facts, variant)
            assert words.length_unit == "septets", words.text
            after = f"{words.parts['recap']} {words.parts['decline']}"
            assert is_gsm7(after), after
