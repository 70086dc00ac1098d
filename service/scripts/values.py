"""The facts as the words that stand in the gaps: cleaned, within their room, never interpreted."""

from __future__ import annotations

from typing import Final

from service.scripts.channels import Rule
from service.scripts.facts import Facts
from service.scripts.gsm7 import to_gsm7
from service.scripts.longest import longest_price_room
from service.scripts.money import date_text, format_of, money_text
from service.scripts.placeholders import PLACEHOLDERS, clean

CUT: Final = "..."
"""Marks a shortened value; three dots, because a single ellipsis sign lies outside GSM-7."""
SHORT_PRICE: Final = 8
"""Letters of a price that is within every room, so that most prices need no measuring."""
LONGEST_REASON: Final = PLACEHOLDERS["because"].longest or ""


def values_of(facts: Facts, rule: Rule, rules_of: str, script_locale: str) -> dict[str, str]:
    """What is known, by placeholder; what is not known has no entry.

    A price longer than the linter reckons with takes the difference from the item's name, twice
    over as it may be said twice, so that a dear order still fits.
    """
    locale = format_of(facts.locale, script_locale)
    price = money_text(facts.price.amount, facts.price.currency, locale, rule.gsm7)
    room = rule.item_name
    if len(price) > SHORT_PRICE:
        reckoned = longest_price_room(rules_of, script_locale[:2])
        room -= 2 * max(0, rule.room_of(price) - reckoned)
    values = {"item_name": shorten(written(facts.item_name, rule), room, rule), "price": price}
    values |= known_name(facts.first_name, rule)
    if facts.returned_item_name:
        returned = written(facts.returned_item_name, rule)
        values["returned_item_name"] = shorten(returned, rule.item_name, rule)
    if facts.last_bought_on:
        values["last_bought_on"] = written(date_text(facts.last_bought_on, locale), rule)
    if facts.because:
        room = rule.room_of(LONGEST_REASON)
        values["because"] = shorten(written(facts.because, rule), room, rule)
    return values


def known_name(first_name: str | None, rule: Rule) -> dict[str, str]:
    """The first name, unless there is none or it is too long to be said on this channel."""
    name = written(first_name, rule) if first_name else ""
    return {"first_name": name} if name and rule.room_of(name) <= rule.first_name else {}


def written(value: str, rule: Rule) -> str:
    """The value on one line, and on a text message in GSM-7 where it can be."""
    value = clean(value)
    return to_gsm7(value) if rule.gsm7 else value


def shorten(value: str, room: int, rule: Rule) -> str:
    """The value, cut at the end of a word and marked when it is longer than its room."""
    if rule.room_of(value) <= room:
        return value
    low, high = 0, len(value)
    while low < high:
        middle = (low + high + 1) // 2
        if rule.room_of(value[:middle].rstrip() + CUT) <= room:
            low = middle
        else:
            high = middle - 1
    kept = value[:low]
    if low < len(value) and not value[low].isspace() and " " in kept:
        kept = kept.rsplit(" ", 1)[0]
    return kept.rstrip().rstrip(" ,;:-/(\u200d") + CUT
