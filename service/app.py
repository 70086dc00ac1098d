"""The web application: `create_app()` is the one place where its parts are wired.

A request passes `_begin` (its id, the clock, who may call), its view, and `_end` (headers,
counting); the call that an agent waits for takes `suggestions.Shortcut`. gunicorn runs
`service.app:create_app`; see `docs/operating.md`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Final

from flask import Flask, Request, Response
from flask.globals import app_ctx
from flask_smorest import Api  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

from service import errors, housekeeping
from service.api import (
    access,
    costs,
    customers,
    dashboard,
    definitions,
    describe,
    docs,
    follow_ups,
    insights,
    interactions,
    items,
    messages,
    models,
    operating,
    orders,
    outcomes,
    problems,
    reports,
    suggestions,
)
from service.api.current import asked, metrics, request_id_of
from service.api.metrics import Metrics
from service.api.schemas_answers import ProblemSchema
from service.api.web import Web
from service.parts import Parts, make_parts
from service.settings import Settings

RESOURCES: Final = (
    suggestions, messages, follow_ups, outcomes, orders, items, interactions, customers, models,
    reports, insights, definitions, costs, dashboard, operating, docs,
)  # fmt: skip
LONGEST_ID: Final = 200
DRAIN_LIMIT: Final = 16 * 1024 * 1024
DRAIN_SECONDS: Final = 2.0


def create_app(settings: Settings, *, parts: Parts | None = None) -> Flask:
    """The application, ready to serve.

    Args:
        settings: where the stores and bundles are.
        parts: given by tests, which keep house themselves; otherwise made from the settings.
    """
    app = Web("encore", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False  # an id may hold two of them
    app.url_map.converters["customer"] = customers.CustomerId
    if parts is None:
        parts = make_parts(settings)
        housekeeping.start(parts)
    app.extensions["encore"] = parts
    app.extensions["encore.metrics"] = Metrics()
    app.before_request(_begin)
    app.after_request(_end)
    app.extensions["encore.openapi"] = _add_resources(app)
    problems.register(app)
    app.wsgi_app = suggestions.Shortcut(app)  # type: ignore[method-assign]
    return app


def _add_resources(app: Flask) -> dict[str, object]:
    """Add every call, and return their description."""
    app.config |= {
        "API_TITLE": "Encore",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {"info": {"description": "The next order, right after good service."}},
    }
    api = Api(app)
    describe.components(api, ProblemSchema)
    for resource in RESOURCES:
        api.register_blueprint(resource.blueprint)
    parts: Parts = app.extensions["encore"]
    document = describe.complete(api.spec.to_dict())
    return describe.localise(document, parts.policy.channels, parts.settings.currency)


def _begin() -> None:
    kept, request = app_ctx.g, asked()
    kept.began = time.perf_counter()
    kept.request_id = request_id_of(request.environ)
    access.check(request)
    for value in (request.view_args or {}).values():
        if "\0" in value or len(value) > LONGEST_ID:
            raise errors.NotFound("No id is like this; ids have 1 to 200 characters.")


def _end(response: Response) -> Response:
    kept, request = app_ctx.g, asked()
    if response.status_code >= 400:
        _drain(request)
    headers = response.headers
    headers["X-Request-Id"] = kept.request_id
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Cache-Control", "no-store")
    rule = request.url_rule
    call = f"{request.method} {rule.rule}" if rule is not None else "unmatched"
    seconds = time.perf_counter() - kept.began
    metrics().answered(call, response.status_code, seconds)
    return response


def _drain(request: Request) -> None:
    """Read what a refused request still sends; closing on unread bytes would lose the answer."""
    if (request.content_length or 0) > DRAIN_LIMIT:
        return
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(DRAIN_SECONDS)  # who announces more than they send is not waited for
    until = time.monotonic() + DRAIN_SECONDS
    left = DRAIN_LIMIT
    # they left, or do not send on: the answer goes out all the same
    with suppress(ClientDisconnected, OSError, ParseException):
        while left > 0 and time.monotonic() < until:
            taken = len(request.stream.read(64 * 1024))
            if not taken:
                break
            left -= taken
    if connection is not None:
        connection.settimeout(None)
