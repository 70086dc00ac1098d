"""The time zones that a customer may be in; by Babel, whose data is CLDR's."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from models.domain import Customer


def zones_of_customer(customer: Customer, otherwise: str) -> tuple[str, ...]:
    """The customer's own zone; else those of the country of their locale; else of `otherwise`.

    A time must suit all of them: who lives in a country of several zones may be in any.
    """
    if customer.time_zone:
        return (customer.time_zone,)
    return zones_of(territory_of(customer.locale) or "") or zones_of(otherwise)


@cache
def zones_of(territory: str) -> tuple[str, ...]:
    """IANA names, sorted; none for what is no country.

    >>> zones_of("ES")
    ('Africa/Ceuta', 'Atlantic/Canary', 'Europe/Madrid')
    """
    return tuple(sorted(_zones_by_territory().get(territory, ())))


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def territory_of(locale: str | None) -> str | None:
    """
    >>> territory_of("pt_BR"), territory_of("pt"), territory_of(None)
    ('BR', None, None)
    """
    try:
        return Locale.parse(locale).territory if locale else None
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _zones_by_territory() -> dict[str, list[str]]:
    zones = defaultdict(list)
    for name, territory in cast("dict[str, str]", get_global("zone_territories")).items():
        if len(territory) == 2 and territory != "ZZ":
            zones[territory].append(name)
    return dict(zones)
