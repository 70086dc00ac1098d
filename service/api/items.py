"""`/v1/items`: what the shop sells, at what price, and what is known of it; and how to find it."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from models.domain import Item
from service.api import bulk
from service.api.checks import check_currency
from service.api.current import answer, arguments, parts
from service.api.describe import operation, resource
from service.api.schemas import ItemSchema, load
from service.api.schemas_answers import FedSchema
from service.api.schemas_items import ItemsFoundSchema, LookupSchema
from service.ledger.feed import upsert_items
from service.lookup import find_items

blueprint = resource("items", "What the shop sells.")
ITEM: Final = ItemSchema()
LOOKUP: Final = LookupSchema()


@operation(
    blueprint, "POST /v1/items", takes=ItemSchema, many=bulk.ROWS_LIMIT, gives={200: FedSchema}
)
def feed_items() -> Response:
    """Feed items

    New and changed items, by id. `sellable: false` teaches the models but is never suggested.
    """
    return bulk.take(_read, upsert_items)


def _read(row: Any) -> Item:
    item: Item = load(ITEM, row)
    check_currency(item, parts().settings.currency)
    return item


@operation(blueprint, "GET /v1/items", query=LookupSchema, gives={200: ItemsFoundSchema})
def find() -> Response:
    """Find an item by its name or number

    For self-service, as customers remember and type it: up to five, the most alike first.
    """
    typed = load(LOOKUP, arguments())["q"]
    with parts().pool.connection() as connection:
        return answer({"items": find_items(connection, typed)})
