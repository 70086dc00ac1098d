"""What Encore talks about: plain frozen values, known to the service and to the training alike.

Money is a `Decimal` in the ledger's one currency unless a field says otherwise; times are aware
and in UTC. An absent fact is `None`, never a made-up default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

CHANNELS: Final = ("phone", "web", "chat", "sms", "twitter", "facebook", "email")
TOPICS: Final = (
    "return", "exchange", "damaged", "wrong_item", "delivery", "billing", "price",
    "product_question", "order_change", "complaint", "other",
)  # fmt: skip
STATUSES: Final = ("resolved", "unresolved", "reopened", "escalated")
MOODS: Final = ("happy", "calm", "upset", "angry")
SEVERITIES: Final = ("low", "medium", "high")
FAULTS: Final = ("ours", "customer", "carrier", "none")
EMPLOYERS: Final = ("in_house", "outsourced")
RETURN_REASONS: Final = (
    "too_large", "too_small", "too_heavy", "defective", "not_as_described", "did_not_like",
    "too_expensive", "unwanted_gift", "arrived_late", "other",
)  # fmt: skip
KINDS: Final = ("repeat", "complement", "substitute", "discover")
RESULTS: Final = ("accepted", "declined", "maybe_later", "not_offered")
NOT_OFFERED_REASONS: Final = (
    "customer_in_hurry", "did_not_feel_right", "already_owns", "out_of_stock",
    "wrong_suggestion", "too_expensive", "other",
)  # fmt: skip
NO_OFFER_REASONS: Final = (
    "unresolved", "reopened", "escalated", "public_channel", "objected", "opted_out",
    "vulnerable", "angry", "severe", "repeated_failure", "high_effort", "fatigue",
    "declined_recently", "just_converted", "quiet_hours", "holdout", "nothing_fits",
    "not_worth_it", "no_script", "not_recordable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its ISO 4217 currency."""

    amount: Decimal
    currency: str


class Attribute(msgspec.Struct, frozen=True):
    """One property of an item, such as a width of 80 cm or a colour; `unit` is None for words."""

    value: Decimal | str
    unit: str | None = None


class Item(msgspec.Struct, frozen=True):
    """Something the shop sells. `sellable=False` still teaches, but is never suggested."""

    id: str
    name: str
    price: Decimal
    currency: str
    category: str | None = None
    unit_cost: Decimal | None = None
    stock: int | None = None
    attributes: Mapping[str, Attribute] = msgspec.field(default_factory=dict)
    sellable: bool = True
    known_issue: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    item_id: str
    quantity: int
    unit_price: Decimal
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for an item of an order; `amount` is the whole sum, not per piece."""

    item_id: str
    quantity: int
    amount: Decimal
    refunded_at: datetime


@dataclass(frozen=True, slots=True)
class Converted:
    """What an order was in another currency: `amount` is its lines, less its discount.

    `rate` is in units of the ledger's currency for one of `currency`, as it was on `rate_day`.
    """

    currency: str
    amount: Decimal
    rate: Decimal
    rate_day: date


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer bought at one moment; `customer_id` is None for anonymous sales.

    `discount` is taken off the sum of the lines.
    """

    id: str
    customer_id: str | None
    placed_at: datetime
    currency: str
    lines: tuple[OrderLine, ...]
    channel: str | None = None
    refunds: tuple[Refund, ...] = ()
    cancelled_at: datetime | None = None
    discount: Decimal | None = None
    converted: Converted | None = None


@dataclass(frozen=True, slots=True)
class ContactItem:
    """An item that a contact was about, and why (`reason` is one of RETURN_REASONS)."""

    item_id: str
    reason: str | None = None
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """Something done for the customer beyond the contact itself, such as same-day shipping."""

    name: str
    cost: Money


@dataclass(frozen=True, slots=True)
class Interaction:
    """A contact with the centre.

    `severity` is the agent's view, `customer_severity` the customer's. `loops`: rounds through the
    voice menu; `pressed_zero`: the customer asked it for a person. `agent_authority`: the dearest
    item that the agent may sell alone. `goodwill` is what was given away in it, such as vouchers.
    """

    id: str
    channel: str
    topic: str
    status: str
    resolved_at: datetime | None = None
    first_contact: bool | None = None
    fault: str | None = None
    severity: str | None = None
    mood: str | None = None
    public: bool = False
    handle_seconds: int | None = None
    agent_id: str | None = None
    team: str | None = None
    employer: str | None = None
    items: tuple[ContactItem, ...] = ()
    journey_id: str | None = None
    transfers: int = 0
    cost: Money | None = None
    customer_severity: str | None = None
    loops: int | None = None
    pressed_zero: bool | None = None
    agent_authority: Money | None = None
    goodwill: Money | None = None
    efforts: tuple[Effort, ...] | None = None
    """None and never empty where there were none: `ledger.digest` leaves out what is absent."""
    satisfaction: int | None = None
    """What the customer said of the contact, from 1 to 5 (best)."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A person. `marketing` None: never asked; `objected` is absolute (GDPR art. 21).

    `vulnerable` may pass: the last word counts, and None says nothing. `time_zone` is a name of
    the IANA's, such as Europe/London.
    """

    id: str
    locale: str | None = None
    first_name: str | None = None
    marketing: bool | None = None
    objected: bool = False
    vulnerable: bool | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What the customer asks of an item, all of it in `unit`.

    min - tolerance <= attribute <= max - clearance + tolerance

    Attributes:
        clearance: the room that must stay free within `max`, for air or a skirting board.
        tolerance: by how much a bound may be missed, where the customer said "about".
    """

    attribute: str
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str | None = None
    clearance: Decimal | None = None
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """How busy the centre was at `as_of`."""

    agents: int
    busy: int
    waiting: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SuggestionRequest:
    """Everything `POST /v1/suggestions` says. `body` is the parsed JSON, kept for replay checks."""

    interaction: Interaction
    customer: Customer
    body: Mapping[str, Any]
    orders: tuple[Order, ...] = ()
    needs: tuple[Need, ...] = ()
    queue: Queue | None = None
    exclude_item_ids: frozenset[str] = frozenset()
    limit: int = 3
    dry_run: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a suggestion. `event_id` makes telling it twice harmless."""

    event_id: str
    suggestion_id: str
    result: str
    occurred_at: datetime
    item_id: str | None = None
    reason: str | None = None
    order_id: str | None = None
    agent_id: str | None = None
