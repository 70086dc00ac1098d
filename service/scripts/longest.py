"""How long the facts may be: the longest values of each language, by a channel's own measure.

The linter checks every text with these, and a value that is longer takes room from another.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from service.scripts.channels import RULES
from service.scripts.money import FORMATS, date_text, money_text
from service.scripts.placeholders import PLACEHOLDERS

DEAREST: Final = Decimal("99999.99")
"""A price beyond this takes its room from the name of the item (`values.py`)."""
CURRENCIES: Final = ("USD", "EUR", "GBP")


@lru_cache(maxsize=256)
def longest_values(rules_of: str, language: str) -> dict[str, str]:
    """Values as long as this channel lets them be, in the longest writing of the language."""
    rule = RULES[rules_of]
    locales = FORMATS.get(language, (language,))
    prices = (
        money_text(DEAREST, currency, locale, rule.gsm7)
        for locale in locales
        for currency in (*CURRENCIES, *(("CHF",) if locale.endswith("CH") else ()))
    )
    dates = (
        date_text(date(2026, month, 30 if month != 2 else 28), locale)
        for locale in locales
        for month in range(1, 13)
    )
    return {
        "item_name": _as_long_as(rule.item_name, rule.room_of),
        "returned_item_name": _as_long_as(rule.item_name, rule.room_of),
        "first_name": _as_long_as(rule.first_name, rule.room_of),
        "because": PLACEHOLDERS["because"].longest or "",
        "price": max(prices, key=rule.room_of),
        "last_bought_on": max(dates, key=rule.room_of),
    }


@lru_cache(maxsize=256)
def longest_price_room(rules_of: str, language: str) -> int:
    return RULES[rules_of].room_of(longest_values(rules_of, language)["price"])


def _as_long_as(room: int, room_of: Callable[[str], int]) -> str:
    value = "m"
    while room_of(f"{value} mmmm") <= room:
        value += " mmmm"
    while room_of(f"{value}m") <= room:
        value += "m"
    return value
