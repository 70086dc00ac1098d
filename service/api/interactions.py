"""`POST /v1/interactions`: contacts that asked for no suggestion, which still cost money."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from models.domain import Interaction
from service.api import bulk
from service.api.checks import check_channel
from service.api.current import now, parts, rate_of
from service.api.describe import operation, resource
from service.api.schemas import InteractionFeedSchema, load
from service.api.schemas_answers import FedSchema
from service.exchange import interaction_in
from service.ledger.feed import upsert_interactions

blueprint = resource("interactions", "Contacts with the centre.")
INTERACTION: Final = InteractionFeedSchema()


@operation(
    blueprint,
    "POST /v1/interactions",
    takes=InteractionFeedSchema,
    many=bulk.ROWS_LIMIT,
    gives={200: FedSchema},
)
def feed_interactions() -> Response:
    """Feed interactions

    The `interaction` object of a request for suggestions, plus `customer_id`.
    """
    return bulk.take(_read, upsert_interactions)


def _read(row: Any) -> tuple[str, Interaction]:
    customer_id, contact = load(INTERACTION, row)
    check_channel(contact, parts().policy.channels)
    return customer_id, interaction_in(contact, parts().settings.currency, rate_of, now())
