"""The shop as Arrow tables whose columns are the fields of the feed (`/openapi.json`).

Money is a decimal string, times are UTC timestamps, and lists and objects are native.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.domain import (
    CHANNELS,
    FAULTS,
    MOODS,
    RETURN_REASONS,
    SEVERITIES,
    STATUSES,
    TOPICS,
)
from training.shop.catalogue import MEASURES, NAMES, Catalogue
from training.shop.categories import CATEGORIES, KNOWN_ISSUES
from training.shop.chance import Flags, Ints
from training.shop.contacts import TEAMS, Contacts
from training.shop.occasions import ATTRIBUTES, Occasions, Subjects
from training.shop.orders import NEVER, NO, Lines, Orders

CURRENCY: Final = "GBP"
VENDOR_PENCE: Final = {"phone": 620, "chat": 340, "sms": 160, "twitter": 240, "facebook": 240,
                       "email": 310}  # fmt: skip
"""What an outsourced team bills for a contact; the cost of our own is computed from the time."""


def items_table(catalogue: Catalogue) -> pa.Table:
    measures = {
        name: _struct(
            value=pa.array(catalogue.measures[:, place]),
            unit=_all(unit, len(catalogue.ids)),
            known=catalogue.listed[:, place],
        )
        for place, (name, unit) in enumerate(MEASURES)
    }
    turns = pa.array([kind.rotatable for kind in CATEGORIES]).take(pa.array(catalogue.category))
    words = {
        "colour": _struct(value=pa.array(catalogue.colour)),
        "material": _struct(value=pa.array(catalogue.material)),
        "rotatable": _struct(value=turns, known=turns.is_valid().to_numpy(zero_copy_only=False)),
    }
    return pa.table(
        {
            "id": pa.array(catalogue.ids),
            "name": pa.array(catalogue.names),
            "category": _words(NAMES, catalogue.category),
            "price": _money(catalogue.price),
            "currency": _all(CURRENCY, len(catalogue.ids)),
            "unit_cost": _money(catalogue.cost, catalogue.cost_known),
            "stock": pa.array(catalogue.stock),
            "attributes": _struct(**measures, **words),
            "sellable": pa.array(catalogue.sellable),
            "known_issue": _words(KNOWN_ISSUES, catalogue.issue),
        }
    )


def orders_table(catalogue: Catalogue, orders: Orders, lines: Lines) -> pa.Table:
    items = pa.array(catalogue.ids)
    bought = _struct(
        item_id=items.take(pa.array(lines.item)),
        quantity=pa.array(lines.quantity),
        unit_price=_money(lines.price),
        unit_cost=_money(lines.cost, catalogue.cost_known[lines.item]),
    )
    paid = np.flatnonzero(lines.refunded != NEVER)
    refunds = _struct(
        item_id=items.take(pa.array(lines.item[paid])),
        quantity=pa.array(lines.returned[paid]),
        amount=_money(lines.returned[paid] * lines.price[paid]),
        refunded_at=_times(lines.refunded[paid]),
    )
    each = np.arange(len(orders.placed) + 1)
    return pa.table(
        {
            "id": order_ids(len(orders.placed)),
            "customer_id": customer_ids(orders.customer),
            "placed_at": _times(orders.placed),
            "currency": _all(CURRENCY, len(orders.placed)),
            "lines": _lists(np.searchsorted(lines.order, each), bought),
            "channel": _words(CHANNELS, orders.channel),
            "refunds": _lists(np.searchsorted(lines.order[paid], each), refunds),
            "cancelled_at": _times(orders.cancelled),
        }
    )


def interactions_table(
    catalogue: Catalogue, occasions: Occasions, subjects: Subjects, contacts: Contacts
) -> pa.Table:
    """`resolved_at` is when the contact ended, whatever its status: the feed has no other time."""
    story, n = contacts.story, len(contacts.story)
    count = occasions.count[story]
    offsets = np.concatenate([[0], np.cumsum(count)])
    subject = np.repeat(occasions.begin[story] - offsets[:-1], count) + np.arange(offsets[-1])
    reason = subjects.reason[subject]
    about = [ATTRIBUTES.get(name) for name in RETURN_REASONS]
    named = _struct(
        item_id=pa.array(catalogue.ids).take(pa.array(subjects.item[subject])),
        reason=_words(RETURN_REASONS, reason),
        attribute=_words(about, reason),
    )
    served = contacts.agent != NO
    team = np.where(served, contacts.agent % len(TEAMS), NO)
    employers = [*TEAMS.values()]
    employer = _words(employers, team)
    billed = np.array([VENDOR_PENCE.get(name, 0) for name in CHANNELS])[contacts.channel]
    vendor = np.array([name == "outsourced" for name in (*employers, "")])[team]
    return pa.table(
        {
            "id": _numbered("contact-", np.arange(n) + 1),
            "customer_id": customer_ids(occasions.customer[story]),
            "channel": _words(CHANNELS, contacts.channel),
            "topic": _words(TOPICS, occasions.topic[story]),
            "status": _words(STATUSES, contacts.status),
            "resolved_at": _times(contacts.at),
            "first_contact": pa.array(contacts.attempt == 0),
            "fault": _words(FAULTS, contacts.fault),
            "severity": _words(SEVERITIES, contacts.severity),
            "mood": _words(MOODS, contacts.mood),
            "public": pa.array(contacts.public),
            "handle_seconds": pa.array(contacts.seconds),
            "agent_id": _numbered("csr-", contacts.agent + 1, served),
            "team": _words([*TEAMS], team),
            "employer": employer,
            "items": _lists(offsets, named),
            "journey_id": _numbered("journey-", story + 1, np.bincount(story)[story] > 1),
            "transfers": pa.array(contacts.transfers),
            "cost": _struct(amount=_money(billed), currency=_all(CURRENCY, n), known=vendor),
        }
    )


def customer_ids(customer: Ints) -> pa.Array:
    return _numbered("", customer + 10_001)


def order_ids(n: int) -> pa.Array:
    return _numbered("", np.arange(n) + 500_001)


def _numbered(prefix: str, number: Ints, known: Flags | None = None) -> pa.Array:
    ids = np.char.add(prefix, number.astype(str))
    return pa.array(ids, type=pa.string(), mask=None if known is None else ~known)


def _words(words: Any, places: Ints) -> pa.Array:
    """The words at the places; null for NO."""
    return pa.array(words, type=pa.string()).take(pa.array(places, mask=places == NO))


def _all(word: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(word), n)


def _money(pence: Ints, known: Flags | None = None) -> pa.Array:
    """Whole pence as strings such as 12.75."""
    # a decimal128 is a 128-bit little-endian integer: the pence and their sign
    halves = np.stack([pence, pence >> 63], axis=1).astype("<i8")
    decimals = pa.Array.from_buffers(
        pa.decimal128(18, 2), len(pence), [None, pa.py_buffer(halves.tobytes())]
    )
    strings = decimals.cast(pa.string())
    return strings if known is None else _where(known, strings)


def _times(seconds: Ints) -> pa.Array:
    """UTC timestamps; null for NEVER."""
    micros = pa.array(seconds * 1_000_000, mask=seconds == NEVER)
    return micros.cast(pa.timestamp("us", tz="UTC"))


def _where(known: Flags, array: pa.Array) -> pa.Array:
    return array.take(pa.array(np.arange(len(known)), mask=~known))


def _struct(known: Flags | None = None, **fields: pa.Array) -> pa.Array:
    """Objects with these fields; null where not known."""
    mask = None if known is None else pa.array(~known)
    return pa.StructArray.from_arrays([*fields.values()], names=[*fields], mask=mask)


def _lists(offsets: Ints, values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values)
