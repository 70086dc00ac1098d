"""Whether a decision may be put into writing after its contact: what was shown, wanted, and true.

Called by `service/api/messages.py`, before the words are written (`service/writing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from models.domain import Item
from service.decision.rules.customer import objected, opted_out, vulnerable
from service.decision.rules.lawful import denials
from service.decision.situation import Situation
from service.errors import BadInput, MessageRefused, NotFound
from service.ledger.messages import Decided, decided
from service.parts import Parts
from service.profile import Profile

WRITTEN: Final = ("email", "sms", "web")
"""Channels on which a decision can be put into writing: themselves, and channels that are like
them."""


def about(connection: Connection, suggestion_id: str) -> Decided:
    """The decision.

    Raises:
        NotFound: the ledger has no such one.
        MessageRefused: nothing was shown, so there is nothing to put into writing.
    """
    known = decided(connection, suggestion_id)
    if known is None:
        raise NotFound("There is no suggestion of this id; it is in the answer's body.")
    if not known.item_ids:
        raise MessageRefused(
            "This contact ended without an offer, so there is none to put into writing."
        )
    return known


def item_of(known: Decided, named: str | None) -> str:
    """The item that the message is about: the one that is named, or was accepted, or came first.

    Raises:
        BadInput: it was not shown.
        MessageRefused: the customer does not want it.
    """
    accepted = (item for item in known.item_ids if known.said.get(item) == "accepted")
    item_id = named or next(accepted, known.item_ids[0])
    if item_id not in known.item_ids:
        shown = ", ".join(known.item_ids)
        raise BadInput(f"This suggestion showed {shown}; name one of these.", pointer="/item_id")
    if known.said.get(item_id) == "declined":
        raise MessageRefused(f"The customer declined {item_id}; one no ends it.")
    return item_id


def check_allowed(
    known: Decided, profile: Profile, channel: str, parts: Parts, now: datetime
) -> None:
    """What the customer and the law say today, and on that channel, counts.

    Raises:
        MessageRefused: with the reason code, and the rule where there is one.
    """
    contact = replace(known.contact, channel=channel)
    situation = Situation(contact, profile, parts.policy, now, now)
    closed = next(
        filter(None, (gate(situation) for gate in (objected, opted_out, vulnerable))), None
    )
    forbidden = denials(contact, profile, parts.library)
    if closed or forbidden:
        why = closed.reason if closed else forbidden[0].reason
        rules = ", ".join(one.rule for one in forbidden)
        by = f" (by {rules})" if rules else ""
        raise MessageRefused(f"Do not write to this customer by {channel}: {why}{by}.")


def suggestion_in(known: Decided, item_id: str) -> Mapping[str, Any]:
    """What the answer said of the item."""
    entries: list[Mapping[str, Any]] = known.answer["suggestions"]
    return next(one for one in entries if one["item_id"] == item_id)


def check_true(known: Decided, item_id: str, parts: Parts) -> None:
    """
    Raises:
        MessageRefused: the item cannot be had any more, or not at the price that was told.
    """
    if not still_true(parts.catalogue.get(item_id), suggestion_in(known, item_id)["price"]):
        raise MessageRefused(
            f"Price or stock of {item_id} changed since; ask for suggestions anew."
        )


def still_true(item: Item | None, price: Mapping[str, str]) -> bool:
    """Whether the item can still be had, at that price."""
    if item is None or not item.sellable or item.known_issue:
        return False
    in_stock = item.stock is None or item.stock > 0
    same = item.price == Decimal(price["amount"]) and item.currency == price["currency"]
    return in_stock and same
