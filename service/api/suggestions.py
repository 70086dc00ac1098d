"""`POST /v1/suggestions`, the call that an agent waits for, and the same answer later on."""

from __future__ import annotations

import json
from typing import Final

from flask import Response

from service import errors
from service.api import json as strict
from service.api.checks import check_channel, check_currency
from service.api.current import answer, check_spool, metrics, now, parts
from service.api.describe import operation, resource
from service.api.schemas import SuggestionRequestSchema
from service.api.schemas_answers import RecordedSuggestionSchema, SuggestionAnswerSchema
from service.api.schemas_compiled import loader
from service.decision.suggest import suggest
from service.ledger import decisions, outcomes

blueprint = resource("suggestions", "What to suggest, and the words.")
load: Final = loader(SuggestionRequestSchema())


@operation(
    blueprint,
    "POST /v1/suggestions",
    takes=SuggestionRequestSchema,
    gives={200: SuggestionAnswerSchema},
    problems=(409,),
    replayable=True,
)
def ask() -> Response:
    """Ask for suggestions

    Decides whether an offer is right at all, records the decision, and answers with ranked
    suggestions and their words. The same interaction with the same body gets the stored answer.
    """
    request, known = load(strict.read()), parts()
    check_channel(request.interaction, known.policy.channels, "/interaction")
    check_currency(request, known.settings.currency)
    made = suggest(request, known, now())
    response = Response(made.body, content_type="application/json")
    if made.verdict is None:
        response.headers["Idempotent-Replayed"] = "true"
    elif not request.dry_run:
        metrics().decided(made.verdict.decision, made.verdict.reason)
    return response


@operation(blueprint, "GET /v1/suggestions/<suggestion_id>", gives={200: RecordedSuggestionSchema})
def look_up(suggestion_id: str) -> Response:
    """Read a suggestion again, with its outcomes"""
    with parts().pool.connection() as connection:
        stored = decisions.stored_answer(connection, suggestion_id)
        if stored is None:
            check_spool(suggestion_id)
            raise errors.NotFound("There is no suggestion of this id; it is in the answer's body.")
        happened = outcomes.of_suggestion(connection, suggestion_id)
    return answer({**json.loads(stored), "outcomes": happened})
