"""UCI's Online Retail II as items, orders with refunds, and contacts; every rule is in
`docs/importing.md`. Reads the file once, then writes to the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from models.domain import ContactItem, Interaction, Item, Order, OrderLine
from service.errors import BadInput
from service.importers.report import Tally
from service.importers.retail_book import Book, write_book
from service.importers.retail_lines import read_lines
from service.importers.retail_returns import Returns, link_returns

CURRENCY = "GBP"
CHANNEL = "web"
"""The data names no channel. The retailer sells online only, and of all channels the web adds the
least to the cost of service, for which there is no evidence either."""
PENNY = Decimal("0.01")

Store = Callable[[str, Iterable[Any]], None]


def import_retail(path: Path, kind: str, currency: str, tally: Tally, store: Store) -> None:
    """Import the file through `store(kind, values)`.

    Raises:
        BadInput: it is not Online Retail II, or the ledger is not kept in its currency.
    """
    if kind != "orders":
        raise BadInput(
            "online-retail brings items, orders and interactions at once; import `orders`."
        )
    if currency != CURRENCY:
        raise BadInput(f"Online Retail II is in {CURRENCY}; this ledger keeps {currency}.")
    book = write_book(read_lines(path, tally.reject), tally)
    returns = link_returns(book)
    store("items", tqdm(list(_items(book)), "items", disable=None))
    store("orders", _orders(book, returns))
    store("interactions", tqdm(list(_interactions(returns)), "interactions", disable=None))
    tally.notes += _notes(book, returns)


def _items(book: Book) -> Iterator[Item]:
    """Everything that was sold once: its most frequent description, its latest price."""
    for code, article in zip(book.codes, book.articles, strict=True):
        if article.ticks is not None:
            name = article.names.most_common(1)[0][0][:500] if article.names else code
            # the list price has two decimals; order lines keep theirs
            price = max(_pounds(article.ticks).quantize(PENNY, ROUND_HALF_UP), PENNY)
            yield Item(code, name, price, CURRENCY)


def _orders(book: Book, returns: Returns) -> Iterator[Order]:
    item_ids = list(book.codes)
    invoices = np.array(book.of_invoice)
    places = np.argsort(invoices, kind="stable")
    ends = np.searchsorted(invoices[places], np.arange(1, len(book.invoices) + 1))
    begin = 0
    for position, end in enumerate(tqdm(ends.tolist(), "orders", disable=None)):
        mine, begin = places[begin:end].tolist(), end
        if book.is_return(position):
            continue
        pieces: dict[tuple[int, int], int] = {}
        for place in mine:
            key = book.of_code[place], book.ticks[place]
            pieces[key] = pieces.get(key, 0) + book.quantities[place]
        yield Order(
            id=book.invoices[position],
            customer_id=book.customers[position],
            placed_at=datetime.fromtimestamp(book.times[position], UTC),
            currency=CURRENCY,
            lines=tuple(
                OrderLine(item_ids[code], quantity, _pounds(ticks))
                for (code, ticks), quantity in pieces.items()
            ),
            refunds=tuple(returns.refunds.get(position, ())),
        )


def _interactions(returns: Returns) -> Iterator[tuple[str, Interaction]]:
    for (customer, day), contact in returns.contacts.items():
        items = tuple(ContactItem(item_id) for item_id in contact.item_ids)
        yield (
            customer,
            Interaction(
                id=f"return-{customer}-{day}",
                channel=CHANNEL,
                topic="return",
                status="resolved",
                resolved_at=contact.at,
                items=items,
            ),
        )


def _notes(book: Book, returns: Returns) -> Iterator[str]:
    lines, pieces = returns.lines, returns.pieces
    linked = lines["whole"] + lines["part"]
    known = linked + lines["not"]
    if known:
        yield (
            f"returns of known customers: {known:,} lines, {linked:,} ({linked / known:.1%}) linked"
            f" to earlier orders of the item, {lines['part']:,} of them in part"
        )
        yield (
            f"not linked: {lines['not']:,} lines, {lines['newcomer']:,} of customers without any"
            " earlier order in the file, the others without pieces left to give back"
        )
        yield f"pieces returned: {pieces['linked']:,} linked, {pieces['unlinked']:,} not"
    if lines["anonymous"]:
        yield f"returns without a customer: {lines['anonymous']:,} lines, linked to nothing"
    yield f"the data names no channel of contact; its returns are kept as {CHANNEL!r}"


def _pounds(ticks: int) -> Decimal:
    return Decimal(ticks).scaleb(-4)
