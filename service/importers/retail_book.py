"""What the lines of Online Retail II mean: which are items, and what was sold on which invoice.

A return may belong to any earlier order, so the whole history is kept, in 20 bytes per line.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

import numpy as np

from service.importers.report import Tally
from service.importers.retail_lines import RetailLine

SELLABLE = re.compile(r"\d{5}[A-Z]{0,2}", re.ASCII)
NO_ITEM = "lines with codes that are no items: postage, fees, manual, discounts, vouchers"
NO_PRICE = "lines without a price above zero: samples, losses, corrections of stock"
ODD_SIGN = "lines with the wrong sign: negative on a sale, positive on a return"
REPEATED = "lines of invoices that the file repeats, as its two sheets do for nine days"


@dataclass(slots=True)
class Article:
    """What is known of one item code so far."""

    names: Counter[str] = field(default_factory=Counter)
    """Descriptions on sales, with how often."""
    priced_at: int = 0
    """When it was last sold, in seconds since 1970."""
    ticks: int | None = None
    """The price it was last sold at; None for what was only ever returned."""


@dataclass(slots=True)
class Book:
    """All invoices with an item on them, in columns of small numbers.

    Per invoice: number, customer and time (seconds since 1970). Per line: positions of invoice and
    code, quantity (below zero on returns) and price of one piece in ticks.
    """

    invoices: list[str] = field(default_factory=list)
    customers: list[str | None] = field(default_factory=list)
    times: array[int] = field(default_factory=lambda: array("q"))
    codes: dict[str, int] = field(default_factory=dict)
    articles: list[Article] = field(default_factory=list)
    of_invoice: array[int] = field(default_factory=lambda: array("i"))
    of_code: array[int] = field(default_factory=lambda: array("i"))
    quantities: array[int] = field(default_factory=lambda: array("i"))
    ticks: array[int] = field(default_factory=lambda: array("q"))

    def is_return(self, invoice: int) -> bool:
        return self.invoices[invoice].startswith("C")


def write_book(lines: Iterable[RetailLine], tally: Tally) -> Book:
    """Sort the lines: what is an item goes into the book, the rest is counted in the tally.

    The lines of an invoice stand together. When an invoice comes again further down, only lines
    that it did not have the first time are added.
    """
    book = Book()
    known: dict[str, int] = {}
    for invoice, group in groupby(lines, attrgetter("invoice")):
        block = _items_among(group, tally)
        if not block:
            continue
        position = known.get(invoice)
        if position is None:
            position = known[invoice] = len(book.invoices)
            book.invoices.append(invoice)
            book.customers.append(block[0].customer)
            book.times.append(min(_seconds(line) for line in block))
        else:
            block = _not_yet_in(book, position, block, tally)
        _add(book, position, block)
    return book


def _items_among(lines: Iterable[RetailLine], tally: Tally) -> list[RetailLine]:
    block: list[RetailLine] = []
    for line in lines:
        if not SELLABLE.fullmatch(line.code):
            tally.leave_out(NO_ITEM)
        elif line.ticks <= 0:
            tally.leave_out(NO_PRICE)
        elif (line.quantity < 0) != line.invoice.startswith("C") or not line.quantity:
            tally.leave_out(ODD_SIGN)
        elif block and line.customer != block[0].customer:
            detail = f"the invoice began with customer {block[0].customer or 'unknown'}"
            tally.reject(line.line, line.invoice, "rows_differ", detail)
        else:
            block.append(line)
    return block


def _not_yet_in(
    book: Book, position: int, block: list[RetailLine], tally: Tally
) -> list[RetailLine]:
    """The lines of a repeated invoice that it did not have before, counted one by one."""
    places = np.flatnonzero(np.array(book.of_invoice) == position).tolist()
    had = Counter((book.of_code[it], book.quantities[it], book.ticks[it]) for it in places)
    fresh = []
    for line in block:
        key = (book.codes.get(line.code, -1), line.quantity, line.ticks)
        if had[key]:
            had[key] -= 1
            tally.leave_out(REPEATED)
        else:
            fresh.append(line)
    return fresh


def _add(book: Book, position: int, block: list[RetailLine]) -> None:
    time = book.times[position]
    for line in block:
        code = book.codes.setdefault(line.code, len(book.codes))
        if code == len(book.articles):
            book.articles.append(Article())
        book.of_invoice.append(position)
        book.of_code.append(code)
        book.quantities.append(line.quantity)
        book.ticks.append(line.ticks)
        if line.quantity > 0:
            article = book.articles[code]
            if line.description:
                article.names[line.description] += 1
            if time >= article.priced_at:
                article.priced_at, article.ticks = time, line.ticks


def _seconds(line: RetailLine) -> int:
    return int(line.at.replace(tzinfo=london()).timestamp())


@cache
def london() -> ZoneInfo:
    """The zone of the file's times."""
    return ZoneInfo("Europe/London")
