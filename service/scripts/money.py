"""Money and dates as words in the script's locale, by Babel."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency

from service.scripts.gsm7 import is_gsm7

FORMATS: Final = {
    "en": ("en_GB", "en_US", "en_IE", "en_AU", "en_CA", "en_IN", "en_NZ", "en_ZA"),
    "de": ("de_DE", "de_AT", "de_CH", "de_LU"),
    "fr": ("fr_FR", "fr_BE", "fr_CH", "fr_CA", "fr_LU"),
    "es": ("es_ES", "es_MX", "es_US"),
}
"""Locales in whose own way amounts and days are written; others follow the script's locale."""

_TO_PLAIN_SPACES = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200e": "", "\u200f": ""}
)
_KEPT = 16_384
"""Prices kept ready: Babel takes 13 us for one, and a shop has far fewer different prices."""


@lru_cache(maxsize=_KEPT)
def money_text(amount: Decimal, currency: str, locale: str, gsm7: bool = False) -> str:
    """The exact amount, such as `£12.75`, with plain spaces.

    With `gsm7`, a currency whose sign lies outside GSM-7 is written by its code (`INR 12.75`):
    one such sign leaves a text message 70 letters instead of 160.
    """
    text: str = format_currency(amount, currency, locale=locale, decimal_quantization=False)
    text = text.translate(_TO_PLAIN_SPACES)
    if text.startswith(currency) and text[3:4].isdigit():
        text = f"{currency} {text[3:]}"  # some locales write EUR49.90
    if not gsm7 or is_gsm7(text):
        return text
    if is_gsm7(swiss := text.replace("\u2019", "'")):
        return swiss
    coded: str = format_currency(
        amount, currency, "¤¤ #,##0.00", locale=locale, decimal_quantization=False
    )
    coded = coded.translate(_TO_PLAIN_SPACES)
    return coded if is_gsm7(coded) else f"{currency} {amount}"


def format_of(customer: str | None, script: str) -> str:
    """The locale to write amounts and days in: the customer's, if of the script's language.

    Somebody in Zurich reads `CHF 1\u2019234.50`, and in New York `October 18, 2026`.
    """
    if customer is None:
        return script
    own = customer.replace("-", "_")
    return own if own in FORMATS.get(script[:2], ()) else script


@lru_cache(maxsize=_KEPT)
def date_text(day: date, locale: str) -> str:
    """A day with its year, such as `18 October 2026`."""
    return format_date(day, "long", locale=locale).translate(_TO_PLAIN_SPACES)
