"""`POST /v1/suggestions`, the call that an agent waits for, and the same answer later on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask, Request, Response

from service import errors
from service.api import access
from service.api import json as strict
from service.api.checks import check_channel, check_currency
from service.api.current import answer, asked, check_spool, now, parts, request_id_of
from service.api.describe import operation, resource
from service.api.schemas import SuggestionRequestSchema
from service.api.schemas_answers import SuggestionAnswerSchema
from service.api.schemas_compiled import loader
from service.api.schemas_messages import RecordedSuggestionSchema
from service.decision.suggest import Answer, suggest
from service.ledger import decisions, messages, outcomes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from service.api.metrics import Metrics
    from service.parts import Parts

blueprint = resource("suggestions", "What to suggest, and the words.")
load: Final = loader(SuggestionRequestSchema())
PATH: Final = "/v1/suggestions"
FAILED: Final = "encore.failed"
"""In a request's environment: what `Shortcut` leaves to Flask."""


@operation(
    blueprint,
    f"POST {PATH}",
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
    failed: Exception = asked().environ[FAILED]
    raise failed


class Shortcut:
    """Answers the call without Flask, whose layers take a tenth of the time of such a request.

    Only what is right goes this way: what failed is raised again by the view, so that it becomes
    the same problem as anywhere else.
    """

    def __init__(self, app: Flask) -> None:
        self._flask = app.wsgi_app
        self._parts: Parts = app.extensions["encore"]
        self._metrics: Metrics = app.extensions["encore.metrics"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return self._flask(environ, start_response)
        began = time.perf_counter()
        try:
            access.check_key(environ, access.ROUTES[f"POST {PATH}"], self._parts)
            made = self._ask(Request(environ))
        except Exception as failed:
            environ[FAILED] = failed
            return self._flask(environ, start_response)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(made.body))),
            ("X-Request-Id", request_id_of(environ)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        if made.verdict is None:
            headers.append(("Idempotent-Replayed", "true"))
        start_response("200 OK", headers)
        self._metrics.answered(f"POST {PATH}", 200, time.perf_counter() - began)
        return (made.body,)

    def _ask(self, request: Request) -> Answer:
        parts = self._parts
        asked = load(strict.read(request))
        check_channel(asked.interaction, parts.policy.channels, "/interaction")
        check_currency(asked, parts.settings.currency)
        made = suggest(asked, parts, now())
        if made.verdict is not None and not asked.dry_run:
            self._metrics.decided(made.verdict.decision, made.verdict.reason)
        return made


@operation(blueprint, "GET /v1/suggestions/<suggestion_id>", gives={200: RecordedSuggestionSchema})
def look_up(suggestion_id: str) -> Response:
    """Read a suggestion again, with its outcomes and messages"""
    with parts().pool.connection() as connection:
        stored = decisions.stored_answer(connection, suggestion_id)
        if stored is None:
            check_spool(suggestion_id)
            raise errors.NotFound("There is no suggestion of this id; it is in the answer's body.")
        happened = outcomes.of_suggestion(connection, suggestion_id)
        written = messages.of_suggestion(connection, suggestion_id)
    return answer({**json.loads(stored), "outcomes": happened, "messages": written})
