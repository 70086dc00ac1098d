"""What a view needs of the request it answers: the app's parts, the time, the caller."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from random import getrandbits
from typing import TYPE_CHECKING, Any, cast

from flask import Response, current_app
from flask.globals import request_ctx

from service import errors
from service.ledger import rates

if TYPE_CHECKING:
    from flask import Request

    from service.api.metrics import Metrics
    from service.parts import Parts

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)


def asked() -> Request:
    """The request itself, where much is asked of it: each use of `flask.request` looks it up."""
    return request_ctx.request


def arguments() -> dict[str, Any]:
    """The address's arguments, each given once."""
    given = asked().args
    twice = [name for name, values in given.lists() if len(values) > 1]
    if twice:
        faults = tuple((f"/{name[:100]}", "Give this once.") for name in twice)
        raise errors.InvalidFields(faults)
    return given.to_dict()


def request_id_of(environ: Mapping[str, Any]) -> str:
    """What the caller named the request, or a new id."""
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.fullmatch(given) else f"{getrandbits(128):032x}"


def parts() -> Parts:
    """The long-lived parts that `create_app` wired."""
    return cast("Parts", current_app.extensions["encore"])


def metrics() -> Metrics:
    return cast("Metrics", current_app.extensions["encore.metrics"])


def now() -> datetime:
    """The time of the request. Everything below the edge is given it."""
    return datetime.now(UTC)


def rate_of(currency: str, day: date) -> rates.Rate | None:
    """What a currency was worth on a day, as far as the ledger knows."""
    with parts().pool.connection() as connection:
        return rates.rate_of(connection, currency, day)


def forget(customer_ids: Iterable[str]) -> None:
    """Drop the cached profiles of customers whose data was just written to the ledger."""
    parts().memory.forget(customer_ids)


def check_spool(suggestion_id: str) -> None:
    """Tell a decision that still waits for the ledger from one that never was.

    Raises:
        errors.LedgerAway: it waits; it will be there soon.
        errors.MemoryAway: nobody can tell.
    """
    if parts().memory.spooled(suggestion_id) is not None:
        raise errors.LedgerAway("This decision still waits for the ledger; send this again later.")


def answer(content: Any, status: int = 200) -> Response:
    """`content` as JSON."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Response(text, status, mimetype="application/json")


def _plain(value: Any) -> str:
    """Times in RFC 3339; anything else is a mistake of ours."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in an answer")
