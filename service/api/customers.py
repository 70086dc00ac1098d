"""Customers: all that an agent's screen shows of one, in one call, and their consent."""

from __future__ import annotations

from typing import Final

from flask import Response
from werkzeug.routing import PathConverter

from service import errors
from service.api import json as strict
from service.api.current import answer, asked, forget, now, parts
from service.api.describe import operation, resource
from service.api.schemas import ConsentSchema, load
from service.api.schemas_customers import ConsentAnswerSchema, CustomerOverviewSchema
from service.ledger import customers

blueprint = resource("customers", "One customer on the agent's screen.")
CONSENT: Final = ConsentSchema()


class CustomerId(PathConverter):
    """Ids are the shop's own and may hold slashes; what follows below a customer is no id."""

    regex = r"(?!.*/consent\Z)[^/].*?"


@operation(
    blueprint, "GET /v1/customers/<customer:customer_id>", gives={200: CustomerOverviewSchema}
)
def show(customer_id: str) -> Response:
    """Show a customer

    Open orders, open returns, recent interactions, suggestions and outcomes, consent and caps; and
    each journey as one story: contacts, decisions, outcomes, messages, orders and refunds.
    """
    with parts().pool.connection() as connection:
        return answer(customers.overview(connection, customer_id, parts().policy, now()))


@operation(
    blueprint,
    "PUT /v1/customers/<path:customer_id>/consent",
    takes=ConsentSchema,
    gives={200: ConsentAnswerSchema},
)
def set_consent(customer_id: str) -> Response:
    """Set a customer's consent

    `objected: true` is absolute: nothing is even scored from then on. What is left out stays.
    """
    consent = load(CONSENT, strict.read(asked()))
    if not consent:
        raise errors.BadInput("Give marketing, objected or both, each true or false.")
    with parts().pool.connection() as connection:
        stored = customers.set_consent(
            connection, customer_id, consent.get("marketing"), consent.get("objected")
        )
    forget([customer_id])
    return answer(stored)
