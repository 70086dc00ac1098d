"""`POST /v1/orders`: what customers bought, returned and cancelled."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from models.domain import Order
from service.api import bulk
from service.api.checks import check_currency
from service.api.current import parts
from service.api.describe import operation, resource
from service.api.schemas import OrderSchema, load
from service.api.schemas_answers import FedSchema
from service.ledger.feed import upsert_orders

blueprint = resource("orders", "What customers bought.")
ORDER: Final = OrderSchema()


@operation(
    blueprint, "POST /v1/orders", takes=OrderSchema, many=bulk.ROWS_LIMIT, gives={200: FedSchema}
)
def feed_orders() -> Response:
    """Feed orders

    New and changed orders, by id. An order that changed replaces the former one as a whole.
    """
    return bulk.take(_read, upsert_orders)


def _read(row: Any) -> Order:
    order: Order = load(ORDER, row)
    check_currency(order, parts().settings.currency)
    return order
