"""What a decision needs to know of a customer, in one value: read once, kept hot in memory.

Built by `service/ledger/profiles.py`, kept by `service/memory.py`, read by `service/decision/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import msgspec
import numpy as np

from models.domain import Customer, Order
from models.purchases import History, history_of, no_history

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Bought:
    """Orders as columns, oldest first.

    Attributes:
        order_ids: one per order.
        placed: seconds since 1970-01-01 UTC, one per order.
        order: place in `order_ids`, one per line.
        item_ids, quantities, prices: one per line, an item at most once in an order.
        cancelled: ids of orders that are left out because they were cancelled.
    """

    order_ids: list[str]
    placed: list[float]
    order: list[int]
    item_ids: list[str]
    quantities: list[int]
    prices: list[float]
    cancelled: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ask:
    """A suggestion that the customer heard, or may have heard: nobody said otherwise."""

    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the customer said to an item."""

    at: datetime
    item_id: str | None
    result: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer as the ledger knew them at `version`; 0 is a customer nobody has seen."""

    customer: Customer
    version: int
    bought: Bought
    asks: list[Ask]
    replies: list[Reply]

    def with_request(self, customer: Customer, orders: Sequence[Order]) -> Profile:
        """Add what a request says. Of consent the more careful word wins: a no stays a no."""
        known = self.customer
        merged = Customer(
            id=known.id,
            locale=customer.locale or known.locale,
            first_name=customer.first_name or known.first_name,
            marketing=_most_careful(known.marketing, customer.marketing),
            objected=known.objected or customer.objected,
            vulnerable=known.vulnerable if customer.vulnerable is None else customer.vulnerable,
        )
        return replace(self, customer=merged, bought=_with_orders(self.bought, orders))

    def after_decision(self, customer: Customer, ask: Ask | None) -> Profile:
        """As the ledger knows it once a decision with these facts of the customer is written."""
        asks = [*self.asks, ask] if ask else self.asks
        return replace(self, customer=customer, version=self.version + 1, asks=asks)


def day_of(days: float) -> date:
    """The calendar day, in UTC, of days since 1970-01-01."""
    return datetime.fromtimestamp(days * SECONDS_A_DAY, UTC).date()


def unknown_profile(customer_id: str) -> Profile:
    return Profile(Customer(customer_id), 0, Bought([], [], [], [], [], []), [], [])


def history_in(bought: Bought, index: Mapping[str, int]) -> History:
    """Columns for the models; items that the catalogue does not know are left out."""
    if not bought.item_ids:
        return no_history()
    items = np.array([index.get(item, -1) for item in bought.item_ids], dtype=np.int32)
    known = items >= 0
    days = (np.array(bought.placed) / SECONDS_A_DAY)[np.array(bought.order, dtype=np.int64)]
    return history_of(
        items[known],
        days[known],
        np.array(bought.quantities, dtype=np.float32)[known],
        np.array(bought.prices, dtype=np.float32)[known],
    )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Profile)


def pack(profile: Profile) -> bytes:
    return _encoder.encode(profile)


def unpack(packed: bytes) -> Profile | None:
    """None when the bytes are not a profile of this release: the ledger is asked instead."""
    try:
        return _decoder.decode(packed)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _most_careful(known: bool | None, said: bool | None) -> bool | None:
    if known is False or said is False:
        return False
    return said if known is None else known


def _with_orders(bought: Bought, orders: Sequence[Order]) -> Bought:
    """The ledger's orders and those of the request, each once, in the order of time."""
    have = {*bought.order_ids, *bought.cancelled}
    new = {order.id: order for order in orders if order.id not in have and not order.cancelled_at}
    if not new:
        return bought
    lines: dict[str, list[tuple[str, int, float]]] = {order_id: [] for order_id in bought.order_ids}
    for place, item, quantity, price in zip(
        bought.order, bought.item_ids, bought.quantities, bought.prices, strict=True
    ):
        lines[bought.order_ids[place]].append((item, quantity, price))
    placed = dict(zip(bought.order_ids, bought.placed, strict=True))
    for order in new.values():
        placed[order.id] = order.placed_at.astimezone(UTC).timestamp()
        merged: dict[str, tuple[int, float]] = {}
        for line in order.lines:
            quantity, _ = merged.get(line.item_id, (0, 0.0))
            merged[line.item_id] = (quantity + line.quantity, float(line.unit_price))
        lines[order.id] = [(item, quantity, price) for item, (quantity, price) in merged.items()]
    order_ids = sorted(placed, key=lambda order_id: (placed[order_id], order_id))
    rows = [(n, *line) for n, order_id in enumerate(order_ids) for line in lines[order_id]]
    return Bought(
        order_ids=order_ids,
        placed=[placed[order_id] for order_id in order_ids],
        order=[row[0] for row in rows],
        item_ids=[row[1] for row in rows],
        quantities=[row[2] for row in rows],
        prices=[row[3] for row in rows],
    )
