"""Who may call what, as data, and the check of it. A route that is not listed here is closed.

Roles are those of the keys (`service/keys.py`); `admin` may call everything. Browsers of managers
come with a cookie instead, which opens nothing but pages and reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import Request

from service import errors, sessions
from service.api.current import now, parts

if TYPE_CHECKING:
    from service.ledger.keys import Key
    from service.parts import Parts

Roles = frozenset[str]

PUBLIC: Final[Roles] = frozenset({"public"})
"""Needs no key."""
NEARBY: Final[Roles] = frozenset({"nearby", "manager"})
"""Needs no key from the machine itself, so that a local Prometheus needs no secret."""

VIEWED: Final[Roles] = frozenset({"signed_in", "manager"})
"""Takes a browser in which a manager has signed in (`service/sessions.py`), too. Only for what is
read: a cookie comes with a request whoever made the browser send it."""
NOT_ROLES: Final = frozenset({"public", "nearby", "signed_in"})
COOKIES: Final = ("__Host-encore", "encore")
"""On https; and on the machine itself, where there is no https."""

ROUTES: Final[dict[str, Roles]] = {
    "POST /v1/suggestions": frozenset({"agent"}),
    "GET /v1/suggestions/<suggestion_id>": frozenset({"agent", "manager"}),
    "POST /v1/suggestions/<suggestion_id>/messages": frozenset({"agent"}),
    "POST /v1/outcomes": frozenset({"agent"}),
    "POST /v1/orders": frozenset({"ingest"}),
    "POST /v1/items": frozenset({"ingest"}),
    "GET /v1/items": frozenset({"agent", "manager"}),
    "POST /v1/interactions": frozenset({"ingest"}),
    "GET /v1/customers/<customer:customer_id>": frozenset({"agent", "manager"}),
    "PUT /v1/customers/<path:customer_id>/consent": frozenset({"agent", "manager"}),
    "GET /v1/models": frozenset({"trainer", "manager"}),
    "POST /v1/models/<version>/activate": frozenset({"trainer"}),
    "POST /v1/models/<version>/retire": frozenset({"trainer"}),
    "GET /v1/reports/recovery": VIEWED,
    "GET /f/<token>": PUBLIC,
    "POST /f/<token>": PUBLIC,
    "GET /v1/reports/touchpoints": VIEWED,
    "GET /v1/reports/adherence": VIEWED,
    "GET /v1/reports/lost-opportunities": VIEWED,
    "GET /v1/reports/harm": VIEWED,
    "GET /v1/reports/retention": VIEWED,
    "GET /v1/reports/efforts": VIEWED,
    "GET /v1/reports/channels": VIEWED,
    "GET /v1/reports/coaching": VIEWED,
    "GET /v1/reports/integrity": VIEWED,
    "GET /v1/definitions": frozenset({"agent", "ingest", "trainer", "manager"}),
    "GET /v1/costs": frozenset({"manager"}),
    "PUT /v1/costs": frozenset({"manager"}),
    "GET /dashboard": VIEWED,
    "GET /dashboard/session": PUBLIC,
    "POST /dashboard/session": PUBLIC,
    "POST /dashboard/session/end": PUBLIC,
    "GET /livez": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": NEARBY,
    "GET /openapi.json": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/<name>": PUBLIC,
}


def check(request: Request) -> None:
    """Let the request pass, or say which key it needs.

    Raises:
        errors.NoKey: it has no key, or none that lives.
        errors.WrongRole: the key's role may not call this.
    """
    if request.url_rule is None:
        return  # nothing is there: Flask goes on to say 404 or 405
    method = "GET" if request.method == "HEAD" else request.method
    allowed = ROUTES.get(f"{method} {request.url_rule.rule}", frozenset())
    if allowed is PUBLIC or (allowed is NEARBY and is_nearby(request)):
        return
    if allowed is VIEWED and "Authorization" not in request.headers:
        check_session(request)
        return
    check_key(request.environ, allowed, parts())


def check_session(request: Request) -> None:
    """Let a browser pass in which a manager has signed in.

    Raises:
        errors.NoKey: it has no cookie of ours, or one that is over.
    """
    here = parts()
    cookie = request.cookies.get(cookie_name(request))
    if cookie is None:
        raise errors.NoKey("Send a key in the header: Authorization: Bearer enc_…")
    sessions.holder(cookie, here.keys, here.pool, now())


def cookie_name(request: Request) -> str:
    """`__Host-` keeps other hosts and plain http from setting it; browsers want https for that."""
    return COOKIES[0] if is_https(request) else COOKIES[1]


def is_https(request: Request) -> bool:
    """Whether the browser came by https, to us or to a proxy before us.

    The proxy's word is taken without asking who it is: who lies gets a cookie that their browser
    refuses.
    """
    return request.is_secure or request.headers.get("X-Forwarded-Proto", "") == "https"


def check_key(environ: Mapping[str, Any], allowed: Roles, parts: Parts) -> None:
    """Let a request pass whose key has one of the roles; raises as `check`."""
    key = key_of(environ, parts)
    if key.role not in allowed and key.role != "admin":
        needed = " or ".join(sorted((allowed | {"admin"}) - NOT_ROLES))
        raise errors.WrongRole(f"This key has the role {key.role}; the call needs {needed}.")


def key_of(environ: Mapping[str, Any], parts: Parts) -> Key:
    """The key that a request came with.

    Raises:
        errors.NoKey: it has no key, or none that lives.
    """
    scheme, _, text = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        raise errors.NoKey("Send a key in the header: Authorization: Bearer enc_…")
    return parts.keys.holder(text.strip(), parts.pool, now())


def is_nearby(request: Request) -> bool:
    """Whether it was sent from this machine, and not through a proxy that runs here."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.remote_addr in ("127.0.0.1", "::1") and not forwarded
