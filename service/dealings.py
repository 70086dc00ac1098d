"""What the gates look back at: a customer's contacts, what came back, what the orders brought.

A part of the profile: instants and no verdicts, so that it stays true as time passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from models.domain import ContactItem, Interaction, Order

CONTACTS: Final = 50
"""So many of a customer's newest contacts are looked back at, and as many refunds."""


class Contact(msgspec.Struct, frozen=True, array_like=True):
    """A contact as the gates look back at it."""

    at: datetime
    id: str
    channel: str
    topic: str
    status: str
    mood: str | None = None
    fault: str | None = None
    journey_id: str | None = None
    items: tuple[ContactItem, ...] = ()


class Sale(msgspec.Struct, frozen=True, array_like=True):
    """What an order brought, less what came back of it; in the ledger's currency.

    Attributes:
        paid: price of the lines less the refunds.
        cost: of the goods that the customer kept, where it is known.
        unpriced: price of the goods that the customer kept and whose cost is not known.
        returned: pieces that came back.
    """

    at: datetime
    paid: float
    cost: float
    unpriced: float
    returned: int


class Refunded(msgspec.Struct, frozen=True, array_like=True):
    """An item for which money was given back."""

    at: datetime
    item_id: str


class Dealings(msgspec.Struct, frozen=True):
    """
    Attributes:
        contacts: the newest, oldest first.
        refunds: the newest, oldest first.
        sales: of every order of the last months, oldest first; of a customer to whom nothing was
            refunded none is looked at.
    """

    contacts: list[Contact] = []
    refunds: list[Refunded] = []
    sales: list[Sale] = []


def contact_of(contact: Interaction, now: datetime) -> Contact:
    """A contact that is decided about at `now`, as later ones will look back at it."""
    return Contact(
        contact.resolved_at or now,
        contact.id,
        contact.channel,
        contact.topic,
        contact.status,
        contact.mood,
        contact.fault,
        contact.journey_id,
        contact.items,
    )


def with_contact(known: Dealings, contact: Contact) -> Dealings:
    """Once this contact is written, too."""
    contacts = [one for one in known.contacts if one.id != contact.id]
    contacts.append(with_what_was_fed(contact, known))
    contacts.sort(key=lambda one: (one.at, one.id))
    return msgspec.structs.replace(known, contacts=contacts[-CONTACTS:])


def with_what_was_fed(contact: Contact, known: Dealings) -> Contact:
    """A contact of a request, and what else was told of it before."""
    fed = next((one for one in known.contacts if one.id == contact.id), None)
    if fed is None:
        return contact
    return msgspec.structs.replace(
        contact,
        mood=contact.mood or fed.mood,
        fault=contact.fault or fed.fault,
        journey_id=contact.journey_id or fed.journey_id,
        items=contact.items or fed.items,
    )


def with_refunds(known: Dealings, new: Iterable[Order]) -> Dealings:
    """With what came back of orders that the ledger does not have."""
    told = [Refunded(back.refunded_at, back.item_id) for one in new for back in one.refunds]
    if not told:
        return known
    refunds = sorted([*known.refunds, *told], key=lambda refund: refund.at)
    return msgspec.structs.replace(known, refunds=refunds[-CONTACTS:])
