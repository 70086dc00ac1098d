"""What a decision needs to know of a customer, in one value: read once, kept hot in memory.

Built by `service/ledger/profiles.py`, kept by `service/memory.py`, read by `service/decision/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.domain import Customer, Order
from models.ids import Ids
from models.purchases import Days, Floats, History, Ints
from service.dealings import Contact, Dealings, with_contact, with_refunds

SECONDS_A_DAY = 86_400
NUMBER: Final = np.dtype("<f8")


class Bought(msgspec.Struct, frozen=True):
    """What a customer bought, as columns sorted by time: an item at most once a day (in UTC).

    Columns of numbers are kept as the memory of an array, so that a profile is soon read and soon
    written; `numbers` reads them.

    Attributes:
        placed: seconds since 1970-01-01 UTC of the day's first order, one per line.
        item_ids, quantities, prices: one per line; of prices of one day the highest.
        order_ids: of every order of the customer, also of those that were cancelled.
        ordered: when each order that was not cancelled was placed.
    """

    placed: bytes
    item_ids: list[str]
    quantities: bytes
    prices: bytes
    order_ids: list[str]
    ordered: list[float]


class Ask(msgspec.Struct, frozen=True):
    """A suggestion that the customer heard, or may have heard: nobody said otherwise."""

    at: datetime
    channel: str


class Reply(msgspec.Struct, frozen=True):
    """What the customer said to an item; `journey_id` is that of the contact it was said in."""

    at: datetime
    item_id: str | None
    result: str
    journey_id: str | None = None


class Profile(msgspec.Struct, frozen=True):
    """A customer as the ledger knew them at `version`; 0 is a customer nobody has seen."""

    customer: Customer
    version: int
    bought: Bought
    asks: list[Ask]
    replies: list[Reply]
    dealings: Dealings = Dealings()

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
            time_zone=customer.time_zone or known.time_zone,
        )
        if not orders:
            return msgspec.structs.replace(self, customer=merged)
        have = set(self.bought.order_ids)
        new = {one.id: one for one in orders if one.id not in have and not one.cancelled_at}
        return msgspec.structs.replace(
            self,
            customer=merged,
            bought=_with_orders(self.bought, new),
            dealings=with_refunds(self.dealings, new.values()),
        )

    def after_decision(self, customer: Customer, contact: Contact, ask: Ask | None) -> Profile:
        """As the ledger knows it once a decision with these facts of the customer is written.

        Of who objected to direct marketing nothing is kept at hand but the objection.
        """
        if customer.objected:
            return Profile(customer, self.version + 1, NOTHING_BOUGHT, [], [])
        dealings = with_contact(self.dealings, contact)
        asks = [*self.asks, ask] if ask else self.asks
        return Profile(customer, self.version + 1, self.bought, asks, self.replies, dealings)


NOTHING_BOUGHT: Final = Bought(b"", [], b"", b"", [], [])


def day_of(days: float) -> date:
    """The calendar day, in UTC, of days since 1970-01-01."""
    return datetime.fromtimestamp(days * SECONDS_A_DAY, UTC).date()


def bought_of(lines: Iterable[Line], order_ids: list[str], ordered: list[float]) -> Bought:
    """The columns of order lines that come in any order."""
    merged = by_day(lines)
    return Bought(
        placed=column_of(line[0] for line in merged),
        item_ids=[line[1] for line in merged],
        quantities=column_of(line[2] for line in merged),
        prices=column_of(line[3] for line in merged),
        order_ids=order_ids,
        ordered=ordered,
    )


def column_of(values: Iterable[float]) -> bytes:
    """Numbers as `Bought` keeps them."""
    return np.fromiter(values, NUMBER).tobytes()


def numbers(column: bytes) -> NDArray[np.float64]:
    """What `column_of` was given."""
    return np.frombuffer(column, NUMBER)


def unknown_profile(customer_id: str) -> Profile:
    return Profile(Customer(customer_id), 0, NOTHING_BOUGHT, [], [])


def history_in(bought: Bought, ids: Ids) -> History:
    """Columns for the models; items that the catalogue does not know are left out."""
    return History(
        *_known_lines(
            ids.find(bought.item_ids),
            numbers(bought.placed),
            numbers(bought.quantities),
            numbers(bought.prices),
        )
    )


@compiled
def _known_lines(
    items: Ints, placed: Days, quantities: Days, prices: Days
) -> tuple[Ints, Ints, Days, Floats, Floats]:
    """The columns of `History`, from those of `Bought`; -1 is an item that is left out."""
    n = len(items)
    known, orders = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    days = np.empty(n, dtype=np.float64)
    pieces, paid = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
    found, order = 0, 0
    for line in range(n):
        if items[line] < 0:
            continue
        day = placed[line] / SECONDS_A_DAY
        order += found > 0 and day != days[found - 1]
        known[found], orders[found], days[found] = items[line], order, day
        pieces[found], paid[found] = quantities[line], prices[line]
        found += 1
    return known[:found], orders[:found], days[:found], pieces[:found], paid[:found]


Line = tuple[float, str, float, float]
"""Seconds since 1970-01-01 UTC, item, pieces, unit price."""


def by_day(lines: Iterable[Line]) -> list[Line]:
    """Lines as `Bought` has them: orders of one day are one, as in `models.purchases.History`."""
    merged: list[Line] = []
    day, began, places = -1.0, 0.0, dict[str, int]()
    for placed, item_id, quantity, price in sorted(lines):
        if placed // SECONDS_A_DAY != day:
            day, began = placed // SECONDS_A_DAY, placed
            places = {}
        place = places.setdefault(item_id, len(merged))
        if place == len(merged):
            merged.append((began, item_id, quantity, price))
        else:
            _, _, more, other = merged[place]
            merged[place] = (began, item_id, quantity + more, max(price, other))
    return merged


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


def _with_orders(bought: Bought, new: Mapping[str, Order]) -> Bought:
    """The ledger's lines and those of orders that it does not have, in the order of time."""
    if not new:
        return bought
    placed, quantities, prices = (
        numbers(column).tolist() for column in (bought.placed, bought.quantities, bought.prices)
    )
    lines: list[Line] = list(zip(placed, bought.item_ids, quantities, prices, strict=True))
    for order in new.values():
        at = order.placed_at.timestamp()
        lines += [(at, line.item_id, line.quantity, float(line.unit_price)) for line in order.lines]
    return bought_of(
        lines,
        order_ids=[*bought.order_ids, *new],
        ordered=sorted([*bought.ordered, *(one.placed_at.timestamp() for one in new.values())]),
    )
