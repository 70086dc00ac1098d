"""`GET /dashboard`: the manager's page, and signing in to it.

Whoever comes without a session is sent to the form; whatever else is wrong here is said on a page,
since people read it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Request, Response, redirect, request

from service import errors, sessions
from service.api.access import COOKIES, cookie_name, is_https, is_nearby
from service.api.current import arguments, now, parts
from service.api.describe import operation, resource
from service.api.insights import insight_of
from service.api.problems import for_log, status_of
from service.api.reports import recovery_of
from service.api.schemas import load
from service.api.schemas_reports import RecoveryRequest, RecoveryRequestSchema
from service.ledger.dashboard import newest_contact, teams_of
from service.ledger.made import is_made, made_truth
from service.reports.dashboard import page as pages
from service.reports.dashboard.page import View
from service.reports.dashboard.sections import MAKERS
from service.reports.insight_tables import insight_json
from service.reports.query import RecoveryQuery
from service.reports.tables import to_json

if TYPE_CHECKING:
    from service.parts import Parts

blueprint = resource("dashboard", "The manager's page.")
QUERY: Final = RecoveryRequestSchema(exclude=("format", "group_by"))
PAGE: Final = {"text/html": {"type": "string"}}
FORM_BYTES: Final = 4096
SESSION: Final = "/dashboard/session"
log = logging.getLogger("encore.dashboard")


@operation(
    blueprint,
    "GET /dashboard",
    gives={200: None, 303: None, 422: None, 503: None},
    media_types=PAGE,
)
def show_dashboard() -> Response:
    """Read the manager's page

    Filters stand in the address (`from`, `to`, `window_days`, `channel`, `team`), so that a view
    can be kept as a bookmark. Without a session it leads to the form that asks for a key.
    """
    here, at = parts(), now()
    with here.pool.connection() as connection:
        newest = newest_contact(connection)
        truth = (made_truth(connection) or {}) if is_made(connection) else None
    query = pages.default_query(at.date(), newest)
    asked = {name: value for name, value in arguments().items() if value}
    fault = ""
    try:
        usual = {"from": str(query.from_date), "to": str(query.to_date)}
        wanted: RecoveryRequest = load(QUERY, usual | asked)
        query = wanted.query
        if query.start > at:
            raise errors.BadInput(f"From is in the future: use {at:%Y-%m-%d} or earlier.")
    except errors.InvalidFields as error:
        fault = " ".join(f"{pointer[1:]}: {hint}" for pointer, hint in error.faults)
    except errors.BadInput as error:
        fault = error.detail
    with here.pool.connection() as connection:
        teams = teams_of(connection, query.start, query.end)
    view = View(
        query,
        truth=truth,
        channels=tuple(here.policy.channels),
        teams=teams,
        fault=fault,
    )
    return _html(_send(here, view, at), 422 if fault else 200)


@operation(blueprint, f"GET {SESSION}", gives={200: None}, media_types=PAGE)
def ask_for_key() -> Response:
    """Show the form that asks for a manager's key"""
    return _html(pages.sign_in(_filters(request.args)))


@operation(
    blueprint,
    f"POST {SESSION}",
    gives={303: None, 400: None, 413: None, 422: None},
    media_types=PAGE,
)
def sign_in() -> Response:
    """Sign in with a manager's key, sent as a form

    The answer sets a cookie for eight hours and leads to the page. Over plain http it is set on
    the machine itself alone.
    """
    if (refused := _refused(request)) is not None:
        return refused
    after = _filters_of_text(request.form.get("after", ""))
    here, at = parts(), now()
    if not (is_https(request) or is_nearby(request)):
        return _html(pages.sign_in(after, "Sign in over https: on plain http others could read "
                                   "your key."), 422)  # fmt: skip
    try:
        key = here.keys.holder(request.form.get("key", "").strip(), here.pool, at)
        value = sessions.begin(key, at)
    except errors.NotAllowed as error:
        return _html(pages.sign_in(after, error.detail), 422)
    answer = _go("/dashboard" + (f"?{after}" if after else ""))
    answer.set_cookie(
        cookie_name(request),
        value,
        max_age=int(sessions.LASTS.total_seconds()),
        secure=is_https(request),
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return answer


@operation(
    blueprint, f"POST {SESSION}/end", gives={303: None, 400: None, 413: None}, media_types=PAGE
)
def sign_out() -> Response:
    """Sign out: the browser forgets its session"""
    if (refused := _refused(request)) is not None:
        return refused
    answer = _go(SESSION)
    for name in COOKIES:
        answer.delete_cookie(name, secure=is_https(request), httponly=True, samesite="Strict")
    return answer


@blueprint.errorhandler(errors.NoKey)  # type: ignore[untyped-decorator]
def _to_the_form(error: errors.NoKey) -> Response:
    after = _filters(request.args)
    return _go(SESSION + (f"?{after}" if after else ""))


@blueprint.errorhandler(errors.Unavailable)  # type: ignore[untyped-decorator]
def _away(error: errors.Unavailable) -> Response:
    answer = _html(pages.sorry("Not now", error.detail), status_of(type(error)))
    answer.headers["Retry-After"] = "30"
    return answer


def _send(here: Parts, view: View, at: datetime) -> Iterator[str]:
    """The page as it gets ready; what fails midway is said where it would have stood."""

    def report(group_by: str) -> dict[str, Any]:
        query = RecoveryQuery(
            view.query.from_date, view.query.to_date, view.query.window_days, group_by,
            view.query.channel, view.query.team,
        )  # fmt: skip
        return to_json(recovery_of(here, query, at))

    def insight(name: str) -> dict[str, Any]:
        return insight_json(insight_of(here, MAKERS[name], view.query, at))

    try:
        yield from pages.page(view, report, insight)
    except Exception as error:
        # The status has gone out already; half a page that says so beats one that just ends.
        frames = "" if isinstance(error, errors.EncoreError) else for_log(error)
        log.error("the page ends early with %s\n%s", type(error).__name__, frames)
        yield '<p class="note" role="alert">The rest cannot be shown now; load the page again.</p>'


def _refused(request: Request) -> Response | None:
    """Forms come from our own pages alone, and are short."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.scheme not in ("http", "https") or origin.netloc != request.host:
        text = "This form was not sent from a page of this address. Open the page here, then try."
        return _html(pages.sorry("Not from here", text), 400)
    if (request.content_length or 0) > FORM_BYTES:
        return _html(pages.sorry("Too long", "Send the form as it is."), 413)
    request.max_content_length = request.max_form_memory_size = FORM_BYTES
    return None


def _filters(given: Any) -> str:
    """The filters among an address's arguments, as a query string again."""
    known = [name for name in QUERY.fields if name != "from_"] + ["from"]
    kept = {name: given[name][:200] for name in sorted(known) if given.get(name)}
    return urlencode(kept)


def _filters_of_text(text: str) -> str:
    return _filters(dict(parse_qsl(text[:2000])))


def _go(address: str) -> Response:
    answer = redirect(address, 303)
    assert isinstance(answer, Response)
    return answer


def _html(content: str | Iterator[str], status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": pages.POLICY,
        # Not no-referrer, with which browsers hide the origin of our own forms too.
        "Referrer-Policy": "same-origin",
        # A proxy passes each piece on as it comes.
        "X-Accel-Buffering": "no",
    }
    return Response(content, status, mimetype="text/html", headers=headers)
