"""Every error leaves as RFC 9457 `application/problem+json`; this is the only place that maps them.

`register` hooks it into the app. A 500 says nothing but the request's id, under which the log
has the rest.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import psycopg
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.http import HTTP_STATUS_CODES

from service import errors

MEDIA_TYPE: Final = "application/problem+json"
FAULTS_SHOWN: Final = 100
RETRY_SECONDS: Final = 30

STATUSES: Final[dict[type[errors.EncoreError], int]] = {
    errors.BadInput: 422,
    errors.Malformed: 400,
    errors.WrongMediaType: 415,
    errors.TooLarge: 413,
    errors.NotAllowed: 403,
    errors.NoKey: 401,
    errors.NotFound: 404,
    errors.LinkExpired: 410,
    errors.Conflict: 409,
    errors.AlreadyDecided: 422,
    errors.EventChanged: 422,
    errors.Unavailable: 503,
    errors.EncoreError: 500,
}
"""The nearest class counts, so a new error needs a line only where it differs from its base."""

log = logging.getLogger("encore.api")


def register(app: Flask) -> None:
    app.register_error_handler(errors.EncoreError, for_ours)
    app.register_error_handler(HTTPException, for_http)
    app.register_error_handler(psycopg.Error, for_ledger)
    app.register_error_handler(Exception, for_anything)


def status_of(kind: type[errors.EncoreError]) -> int:
    return next(STATUSES[base] for base in kind.__mro__ if base in STATUSES)


def for_ours(error: errors.EncoreError) -> Response:
    """One of `service.errors`: its words were written for the caller."""
    status = status_of(type(error))
    if status == 500:
        return for_anything(error)
    faults: Sequence[tuple[str, str]] | None = None
    detail = error.detail
    if isinstance(error, errors.InvalidFields):
        faults = error.faults[:FAULTS_SHOWN]
        if len(error.faults) > FAULTS_SHOWN:
            detail += f" The first {FAULTS_SHOWN} of {len(error.faults)} are listed."
    elif status in (400, 413, 415, 422):
        faults = [(error.pointer or "", error.detail)]
    answer = problem(status, error.code, detail, faults)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="encore"'
    elif status == 503:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    elif isinstance(error, errors.StillRunning):
        answer.headers["Retry-After"] = "1"
    return answer


def for_http(error: HTTPException) -> Response:
    """What Flask and Werkzeug raise by themselves, such as 404 and 405."""
    if error.response is not None or error.code is None or error.code < 400:
        return Response(error.get_body(), error.code, error.get_headers())
    if error.code >= 500:
        return for_anything(error)
    name = HTTP_STATUS_CODES.get(error.code, "problem")
    detail = f"{name}. /docs describes every call."
    headers = [(key, value) for key, value in error.get_headers() if key != "Content-Type"]
    if error.code == 404:
        detail = "There is nothing at this address; /docs lists every call."
    elif error.code == 405:
        allowed = ", ".join(value for key, value in headers if key == "Allow")
        detail = f"This address does not know that method; use one of: {allowed}."
    answer = problem(error.code, name.lower().replace(" ", "_"), detail)
    answer.headers.extend(headers)
    return answer


def for_ledger(error: psycopg.Error) -> Response:
    """PostgreSQL away or too slow is 503; anything else that it refuses is our mistake."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        log.warning("the ledger is away: %s", type(error).__name__)
        return for_ours(errors.LedgerAway("The ledger does not answer; send this again later."))
    return for_anything(error)


def for_anything(error: Exception) -> Response:
    """A mistake of ours."""
    request_id = g.get("request_id", "-")
    cause = error.original_exception if isinstance(error, InternalServerError) else error
    frames = for_log(cause or error)
    log.error("request %s failed with %s\n%s", request_id, type(cause or error).__name__, frames)
    return problem(
        500, "internal_error", f"This is our mistake; tell us the request id {request_id}."
    )


def for_log(error: BaseException) -> str:
    """Frames, not the error's message: PostgreSQL quotes whole rows."""
    return "".join(traceback.format_tb(error.__traceback__))


def problem(
    status: int, code: str, detail: str, faults: Sequence[tuple[str, str]] | None = None
) -> Response:
    """The one shape that errors have."""
    body: dict[str, Any] = {
        "type": f"urn:encore:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if faults is not None:
        body["errors"] = [{"pointer": pointer, "detail": hint} for pointer, hint in faults]
    text = json.dumps(body, ensure_ascii=False)
    # an address may have held what UTF-8 cannot
    return Response(text.encode("utf-8", "replace"), status, mimetype=MEDIA_TYPE)
