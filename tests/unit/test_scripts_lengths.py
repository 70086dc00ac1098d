"""Lengths by each channel's own rule, and values that stay within their room."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel import localedata
from hypothesis import given
from hypothesis import strategies as st

from service.scripts.channels import RULES, spoken, text_message
from service.scripts.gsm7 import BASIC, EXTENSION, is_gsm7, septets, to_gsm7, ucs2_units
from service.scripts.money import date_text, money_text
from service.scripts.values import shorten
from service.scripts.weighted import weight

any_text = st.text(st.characters(exclude_categories=["Cs"]))


def test_the_alphabet_has_its_127_letters_and_9_extensions() -> None:
    """128 places less the escape; nine two-septet letters and the form feed."""
    assert len(set(BASIC)) == len(BASIC) == 127
    assert len(set(EXTENSION)) == 10


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("a" * 160, 160),
        ("a" * 161, 161),
        ("€" * 80, 160),
        ("^{}[]~\\|€", 18),
        ("a" * 152 + "€" + "a" * 10, 165),  # the pair would be torn, so it moves on
        ("a" * 151 + "€" + "a" * 10, 163),
    ],
)
def test_septets(text: str, length: int) -> None:
    assert septets(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [("я" * 70, 70), ("😀", 2), ("😀" * 35, 70), ("я" * 66 + "😀" + "я" * 9, 78)],
)
def test_ucs2_units(text: str, length: int) -> None:
    assert ucs2_units(text) == length


def test_one_letter_outside_the_alphabet_changes_the_unit() -> None:
    assert text_message("Hello") == ("septets", 5, 306)
    assert text_message("Hello я") == ("ucs2_units", 7, 335)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Zoë", "Zoe"),
        ("Łódź", "Lódz".replace("ó", "o")),
        ("Größe à la Ñandú", "Größe à la Ñandu"),
        ("5½ m²", "5½ m²"),
        ("Ελένη", "Ελένη"),
        ("a\u00a0b", "a b"),
        ("`id`", "`id`"),
    ],
)
def test_values_of_a_text_message_are_written_in_its_letters_where_nobody_minds(
    value: str, written: str
) -> None:
    assert to_gsm7(value) == written


@given(any_text)
def test_writing_in_gsm7_is_done_once(text: str) -> None:
    assert to_gsm7(to_gsm7(text)) == to_gsm7(text)
    assert not is_gsm7(text) or to_gsm7(text) == text


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("plain £ and ü", 13),
        ("日本", 4),
        ("…", 2),
        ("“quoted”", 8),
        ("😀", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇬🇧", 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("e\u0301", 1),
        ("see https://example.com/a/very/long/path?with=a&query", 27),
    ],
)
def test_weighted_length(text: str, length: int) -> None:
    assert weight(text) == length


def test_speech_takes_two_fifths_of_a_second_a_word() -> None:
    assert spoken("one two three four five") == ("seconds", 2, 50)
    assert spoken("word " * 126).value == 51


@pytest.mark.parametrize("channel", RULES)
@given(value=any_text, room=st.integers(8, 120))
def test_a_shortened_value_fits_its_room(channel: str, value: str, room: int) -> None:
    rule = RULES[channel]
    short = shorten(value, room, rule)
    assert rule.room_of(short) <= room
    assert short == value or short.endswith("...")


def test_a_long_name_is_cut_at_a_word() -> None:
    name = "LARGE WHITE HEART OF WICKER WITH A RIBBON AND A BELL"
    assert shorten(name, 36, RULES["twitter"]) == "LARGE WHITE HEART OF WICKER WITH..."


@pytest.mark.parametrize("currency", ["GBP", "EUR", "USD", "PLN", "INR", "JPY", "CHF", "ILS"])
def test_money_keeps_a_text_message_in_plain_letters_in_every_locale(currency: str) -> None:
    for locale in localedata.locale_identifiers():
        text = money_text(Decimal("1234.5"), currency, locale, gsm7=True)
        assert is_gsm7(text), (locale, text)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "gsm7", "text"),
    [
        ("12.75", "GBP", "en_GB", False, "£12.75"),
        ("12.5", "GBP", "en_GB", False, "£12.50"),
        ("2.9525", "GBP", "en_GB", False, "£2.9525"),
        ("1234.5", "EUR", "de_DE", False, "1.234,50 €"),
        ("1234.5", "EUR", "fr_FR", True, "1 234,50 €"),
        ("1234.5", "PLN", "pl_PL", True, "PLN 1 234,50"),
        ("12.5", "INR", "en_IN", True, "INR 12.50"),
        ("1200", "JPY", "ja_JP", True, "JPY 1,200"),
        ("49.9", "EUR", "es_MX", False, "EUR 49.90"),
        ("1234.5", "CHF", "de_CH", False, "CHF 1’234.50"),  # noqa: RUF001
        ("1234.5", "CHF", "de_CH", True, "CHF 1'234.50"),
        ("1234.5", "EUR", "de_AT", True, "€ 1.234,50"),
        ("1234.5", "EUR", "fr_BE", True, "1 234,50 €"),
        ("1234.5", "CHF", "fr_CH", True, "1 234,50 CHF"),
        ("1234.5", "EUR", "es_ES", True, "1.234,50 €"),
        ("1234.5", "USD", "en_US", True, "$1,234.50"),
    ],
)
def test_money_is_exact_and_written_as_the_locale_does(
    amount: str, currency: str, locale: str, gsm7: bool, text: str
) -> None:
    assert money_text(Decimal(amount), currency, locale, gsm7) == text


def test_a_date_names_its_year() -> None:
    assert date_text(date(2026, 10, 18), "en_GB") == "18 October 2026"
    assert date_text(date(2026, 10, 18), "de_DE") == "18. Oktober 2026"
