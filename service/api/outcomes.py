"""`POST /v1/outcomes`: what became of a suggestion. Told twice, it counts once."""

from __future__ import annotations

from typing import Final

from flask import Response

from service import errors
from service.api import json as strict
from service.api.current import answer, asked, check_spool, forget, now, parts
from service.api.describe import operation, resource
from service.api.schemas import OutcomeSchema, load
from service.api.schemas_answers import OutcomeAnswerSchema
from service.ledger.outcomes import record_outcome

blueprint = resource("outcomes", "What happened after the ask.")
OUTCOME: Final = OutcomeSchema()


@operation(
    blueprint,
    "POST /v1/outcomes",
    takes=OutcomeSchema,
    gives={201: OutcomeAnswerSchema, 200: OutcomeAnswerSchema},
    problems=(404,),
)
def record() -> Response:
    """Say what happened

    201 for a new event, 200 for one that is already known, 404 where the suggestion is not.
    """
    outcome = load(OUTCOME, strict.read(asked()))
    try:
        with parts().pool.connection() as connection:
            new, customer_id = record_outcome(connection, outcome, now())
    except errors.NotFound:
        check_spool(outcome.suggestion_id)
        raise
    forget([customer_id])
    body = {"event_id": outcome.event_id, "suggestion_id": outcome.suggestion_id, "new": new}
    return answer(body, 201 if new else 200)
