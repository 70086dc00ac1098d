"""`POST /v1/orders`: what customers bought, returned and cancelled."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from models.domain import Order
from service.api import bulk
from service.api.current import parts, rate_of
from service.api.describe import operation, resource
from service.api.schemas import OrderSchema, load
from service.api.schemas_answers import FedSchema
from service.exchange import order_in
from service.ledger.feed import upsert_orders

blueprint = resource("orders", "What customers bought.")
ORDER: Final = OrderSchema()


@operation(
    blueprint, "POST /v1/orders", takes=OrderSchema, many=bulk.ROWS_LIMIT, gives={200: FedSchema}
)
def feed_orders() -> Response:
    """Feed orders

    New and changed orders, by id. An order that changed replaces the former one as a whole. One
    in another currency than the ledger's is converted at the rate of its day.
    """
    return bulk.take(_read, upsert_orders)


def _read(row: Any) -> Order:
    order: Order = load(ORDER, row)
    return order_in(order, parts().settings.currency, rate_of)
