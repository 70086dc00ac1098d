"""Costs that a manager enters by the API: JSON in, the same rules as those of a `costs.toml`.

The ledger keeps every version; the newest counts before the file (`parts.see_costs`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.errors import InvalidFields
from service.ledger.costs import Entered
from service.reports.costs import OTHER, ChannelCost, Costs, read_costs

_ENTRY: Final = re.compile(r"[^ :]+")


def check(given: dict[str, Any], channels: Collection[str], currency: str) -> Costs:
    """The costs as they would count.

    Args:
        given: `as_of`, `source`, `hourly`, `channels`, `other` and perhaps `tooling`; numbers are
            `Decimal`.
        channels: those of the policy, each of which must be named.
        currency: the ledger's, which all of it is in.

    Raises:
        InvalidFields: with a pointer for everything that is wrong.
    """
    costs, wrong = read_costs({**given, "basis": "own", "currency": currency}, channels, currency)
    if wrong:
        raise InvalidFields(tuple((_pointer(fault), fault) for fault in wrong))
    return costs


def document(costs: Costs) -> dict[str, Any]:
    """Costs as plain JSON, which the API shows and the ledger keeps; money as decimal strings."""
    return {
        "basis": costs.basis,
        "currency": costs.currency,
        "as_of": costs.as_of.isoformat(),
        "source": costs.source,
        "hourly": {name: str(rate) for name, rate in costs.hourly.items()},
        "tooling": {
            "per_contact": str(costs.tooling.per_contact),
            "monthly": str(costs.tooling.monthly),
        },
        "channels": {
            name: _channel(cost) for name, cost in costs.channels.items() if name != OTHER
        },
        "other": _channel(costs.channels[OTHER]),
    }


def restore(entered: Entered, currency: str) -> Costs:
    """Costs as the ledger keeps them. Channels that the policy has got since are `other`."""
    content = _with_numbers(entered.content)
    content["as_of"] = date.fromisoformat(content["as_of"])
    costs, _ = read_costs(content, content["channels"], currency)
    return replace(costs, version=entered.version)


def _channel(cost: ChannelCost) -> dict[str, str | bool | None]:
    vendor = cost.vendor_per_contact
    return {
        "per_contact": str(cost.per_contact),
        "fee": str(cost.fee),
        "concurrency": str(cost.concurrency),
        "agent_time": cost.agent_time,
        **({} if vendor is None else {"vendor_per_contact": str(vendor)}),
    }


def _with_numbers(tables: Mapping[str, Any], inside: bool = False) -> dict[str, Any]:
    """Strings below the top level are numbers."""
    return {
        name: _with_numbers(value, True)
        if isinstance(value, dict)
        else Decimal(value)
        if inside and isinstance(value, str)
        else value
        for name, value in tables.items()
    }


def _pointer(fault: str) -> str:
    entry = _ENTRY.match(fault)
    return "/" + entry[0].replace(".", "/") if entry else ""
