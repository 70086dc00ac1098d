"""Finds the orders that the returns of Online Retail II belong to; the file does not say.

A `C` line gives back pieces of one item. They are taken from the same customer's earlier orders
of that item, the most recent first, and never more than were bought and not given back yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from models.domain import Refund
from service.importers.retail_book import Book, london

Bought = list[tuple[int, int]]
"""(invoice, pieces that have not been given back), oldest first."""


@dataclass(slots=True)
class Contact:
    """A customer's returns of one day: when the last was booked, and what came back."""

    at: datetime
    item_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Returns:
    """What became of the `C` lines.

    Attributes:
        refunds: by position of the order's invoice in the book.
        contacts: by customer and day in the UK, of lines that were linked at least in part.
        lines: how many were linked `whole`, in `part` or `not`; of the latter, how many are a
            `newcomer`'s, who has no earlier order in the file; and how many are `anonymous`.
        pieces: how many were `linked` and `unlinked`, of known customers.
    """

    refunds: dict[int, list[Refund]]
    contacts: dict[tuple[str, date], Contact]
    lines: Counter[str]
    pieces: Counter[str]


def link_returns(book: Book) -> Returns:
    """Walk through the book in the order of time and take returns from earlier purchases."""
    found = Returns(defaultdict(list), {}, Counter(), Counter())
    item_ids = list(book.codes)
    bought: dict[tuple[str, int], Bought] = {key: [] for key in _ever_returned(book)}
    customers: set[str] = set()
    times = np.array(book.times)[np.array(book.of_invoice)] if book.times else np.zeros(0)
    for place in np.argsort(times, kind="stable").tolist():
        invoice, code = book.of_invoice[place], book.of_code[place]
        quantity = book.quantities[place]
        customer = book.customers[invoice]
        if customer is None:
            found.lines["anonymous"] += quantity < 0
            continue
        earlier = bought.get((customer, code), [])
        if quantity > 0:
            customers.add(customer)
            earlier.append((invoice, quantity))
            continue
        taken = _take(earlier, -quantity)
        linked = sum(pieces for _, pieces in taken)
        found.lines["whole" if linked == -quantity else "part" if linked else "not"] += 1
        found.lines["newcomer"] += customer not in customers
        found.pieces["linked"] += linked
        found.pieces["unlinked"] += -quantity - linked
        if linked:
            at = datetime.fromtimestamp(book.times[invoice], UTC)
            for order, pieces in taken:
                amount = Decimal(book.ticks[place] * pieces).scaleb(-4)
                found.refunds[order].append(Refund(item_ids[code], pieces, amount, at))
            _note(found.contacts, customer, at, item_ids[code])
    return found


def _ever_returned(book: Book) -> set[tuple[str, int]]:
    """The (customer, code) pairs with a return: only their purchases need remembering."""
    back = np.flatnonzero(np.array(book.quantities) < 0).tolist()
    pairs = ((book.customers[book.of_invoice[place]], book.of_code[place]) for place in back)
    return {(customer, code) for customer, code in pairs if customer is not None}


def _take(earlier: Bought, pieces: int) -> Bought:
    """Take up to `pieces` from the end of `earlier`; what was taken from which invoice."""
    taken: Bought = []
    while pieces and earlier:
        invoice, there = earlier.pop()
        part = min(pieces, there)
        pieces -= part
        taken.append((invoice, part))
        if there > part:
            earlier.append((invoice, there - part))
    return taken


def _note(
    contacts: dict[tuple[str, date], Contact], customer: str, at: datetime, item_id: str
) -> None:
    contact = contacts.setdefault((customer, at.astimezone(london()).date()), Contact(at))
    contact.at = max(contact.at, at)
    if item_id not in contact.item_ids:
        contact.item_ids.append(item_id)
