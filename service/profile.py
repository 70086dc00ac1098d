"""What a decision needs to know of a customer, in one value: read once, kept hot in memory.

Built by `service/ledger/profiles.py`, kept by `service/memory.py`, read by `service/decision/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import msgspec
import numpy as np

from models.domain import Customer, Order
from models.purchases import History, history_of, no_history

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Bought:
    """What a customer bought, as columns sorted by time.

    Attributes:
        placed: seconds since 1970-01-01 UTC, one per line.
        item_ids, quantities, prices: one per line.
        order_ids: of every order of the customer, also of those that were cancelled.
        ordered: when each order that was not cancelled was placed.
    """

    placed: list[float]
    item_ids: list[str]
    quantities: list[int]
    prices: list[float]
    order_ids: list[str]
    ordered: list[float]


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
    days = np.array(bought.placed) / SECONDS_A_DAY
    quantities = np.array(bought.quantities, dtype=np.float32)
    prices = np.array(bought.prices, dtype=np.float32)
    if items.min() < 0:
        known = items >= 0
        items, days = items[known], days[known]
        quantities, prices = quantities[known], prices[known]
    return history_of(items, days, quantities, prices)


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
    """The ledger's lines and those of orders that it does not have, in the order of time."""
    have = set(bought.order_ids)
    new = {order.id: order for order in orders if order.id not in have and not order.cancelled_at}
    if not new:
        return bought
    rows = list(zip(bought.placed, bought.item_ids, bought.quantities, bought.prices, strict=True))
    for order in new.values():
        at = order.placed_at.timestamp()
        rows += [(at, line.item_id, line.quantity, float(line.unit_price)) for line in order.lines]
    rows.sort(key=lambda row: row[0])
    placed, items, quantities, prices = (list(column) for column in zip(*rows, strict=True))
    return Bought(
        placed=placed,
        item_ids=items,
        quantities=quantities,
        prices=prices,
        order_ids=[*bought.order_ids, *new],
        ordered=sorted([*bought.ordered, *(one.placed_at.timestamp() for one in new.values())]),
    )
