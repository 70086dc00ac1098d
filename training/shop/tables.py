"""The shop as Arrow tables whose columns are the fields of the feed (`/openapi.json`).

Money is a decimal string, times are UTC timestamps, and lists and objects are native.
"""

from __future__ import annotations

from typing import Final

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
from training.shop.arrow import (
    lists,
    money,
    numbered,
    repeated,
    structs,
    times,
    words_at,
)
from training.shop.catalogue import MEASURES, NAMES, Catalogue
from training.shop.categories import CATEGORIES, KNOWN_ISSUES
from training.shop.chance import Ints
from training.shop.contacts import TEAMS, Contacts
from training.shop.gestures import EFFORT_PENCE, USELESS, Gestures
from training.shop.occasions import ATTRIBUTES, Occasions, Subjects
from training.shop.orders import NEVER, NO, Lines, Orders

CURRENCY: Final = "GBP"
VENDOR_PENCE: Final = {"phone": 620, "chat": 340, "sms": 160, "twitter": 240, "facebook": 240,
                       "email": 310}  # fmt: skip
"""What an outsourced team bills for a contact; the cost of our own is computed from the time."""


def items_table(catalogue: Catalogue) -> pa.Table:
    measures = {
        name: structs(
            value=pa.array(catalogue.measures[:, place]),
            unit=repeated(unit, len(catalogue.ids)),
            known=catalogue.listed[:, place],
        )
        for place, (name, unit) in enumerate(MEASURES)
    }
    turns = pa.array([kind.rotatable for kind in CATEGORIES]).take(pa.array(catalogue.category))
    words = {
        "colour": structs(value=pa.array(catalogue.colour)),
        "material": structs(value=pa.array(catalogue.material)),
        "rotatable": structs(value=turns, known=turns.is_valid().to_numpy(zero_copy_only=False)),
    }
    return pa.table(
        {
            "id": pa.array(catalogue.ids),
            "name": pa.array(catalogue.names),
            "category": words_at(NAMES, catalogue.category),
            "price": money(catalogue.price),
            "currency": repeated(CURRENCY, len(catalogue.ids)),
            "unit_cost": money(catalogue.cost, catalogue.cost_known),
            "stock": pa.array(catalogue.stock),
            "attributes": structs(**measures, **words),
            "sellable": pa.array(catalogue.sellable),
            "known_issue": words_at(KNOWN_ISSUES, catalogue.issue),
        }
    )


def orders_table(catalogue: Catalogue, orders: Orders, lines: Lines) -> pa.Table:
    items = pa.array(catalogue.ids)
    bought = structs(
        item_id=items.take(pa.array(lines.item)),
        quantity=pa.array(lines.quantity),
        unit_price=money(lines.price),
        unit_cost=money(lines.cost, catalogue.cost_known[lines.item]),
    )
    paid = np.flatnonzero(lines.refunded != NEVER)
    refunds = structs(
        item_id=items.take(pa.array(lines.item[paid])),
        quantity=pa.array(lines.returned[paid]),
        amount=money(lines.returned[paid] * lines.price[paid]),
        refunded_at=times(lines.refunded[paid]),
    )
    each = np.arange(len(orders.placed) + 1)
    return pa.table(
        {
            "id": order_ids(len(orders.placed)),
            "customer_id": customer_ids(orders.customer),
            "placed_at": times(orders.placed),
            "currency": repeated(CURRENCY, len(orders.placed)),
            "lines": lists(np.searchsorted(lines.order, each), bought),
            "channel": words_at(CHANNELS, orders.channel),
            "refunds": lists(np.searchsorted(lines.order[paid], each), refunds),
            "cancelled_at": times(orders.cancelled),
        }
    )


def interactions_table(
    catalogue: Catalogue,
    occasions: Occasions,
    subjects: Subjects,
    contacts: Contacts,
    gestures: Gestures,
) -> pa.Table:
    """`resolved_at` is when the contact ended, whatever its status: the feed has no other time."""
    story, n = contacts.story, len(contacts.story)
    count = occasions.count[story]
    offsets = np.concatenate([[0], np.cumsum(count)])
    subject = np.repeat(occasions.begin[story] - offsets[:-1], count) + np.arange(offsets[-1])
    reason = subjects.reason[subject]
    about = [ATTRIBUTES.get(name) for name in RETURN_REASONS]
    named = structs(
        item_id=pa.array(catalogue.ids).take(pa.array(subjects.item[subject])),
        reason=words_at(RETURN_REASONS, reason),
        attribute=words_at(about, reason),
    )
    served = contacts.agent != NO
    team = np.where(served, contacts.agent % len(TEAMS), NO)
    employers = [*TEAMS.values()]
    employer = words_at(employers, team)
    billed = np.array([VENDOR_PENCE.get(name, 0) for name in CHANNELS])[contacts.channel]
    vendor = np.array([name == "outsourced" for name in (*employers, "")])[team]
    hurried = int(gestures.hurried.sum())
    spent = structs(
        amount=money(np.full(hurried, EFFORT_PENCE)), currency=repeated(CURRENCY, hurried)
    )
    given = gestures.goodwill > 0
    return pa.table(
        {
            "id": numbered("contact-", np.arange(n) + 1),
            "customer_id": customer_ids(occasions.customer[story]),
            "channel": words_at(CHANNELS, contacts.channel),
            "topic": words_at(TOPICS, occasions.topic[story]),
            "status": words_at(STATUSES, contacts.status),
            "resolved_at": times(contacts.at),
            "first_contact": pa.array(contacts.attempt == 0),
            "fault": words_at(FAULTS, contacts.fault),
            "severity": words_at(SEVERITIES, contacts.severity),
            "mood": words_at(MOODS, contacts.mood),
            "public": pa.array(contacts.public),
            "handle_seconds": pa.array(contacts.seconds),
            "agent_id": numbered("csr-", contacts.agent + 1, served),
            "team": words_at([*TEAMS], team),
            "employer": employer,
            "items": lists(offsets, named),
            "journey_id": numbered("journey-", story + 1, np.bincount(story)[story] > 1),
            "transfers": pa.array(contacts.transfers),
            "cost": structs(amount=money(billed), currency=repeated(CURRENCY, n), known=vendor),
            "satisfaction": pa.array(gestures.satisfaction, mask=gestures.satisfaction == NO),
            "goodwill": structs(
                amount=money(gestures.goodwill), currency=repeated(CURRENCY, n), known=given
            ),
            "efforts": lists(
                np.concatenate([[0], np.cumsum(gestures.hurried)]),
                structs(name=repeated(USELESS, hurried), cost=spent),
            ),
        }
    )


def customer_ids(customer: Ints) -> pa.Array:
    return numbered("", customer + 10_001)


def order_ids(n: int) -> pa.Array:
    return numbered("", np.arange(n) + 500_001)
