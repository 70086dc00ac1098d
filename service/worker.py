"""gunicorn's threaded worker, answering with a problem where gunicorn would send a page of HTML.

That is what gunicorn refuses before the application sees it: a request line or header that is
malformed or too long. Named in `service/gunicorn_conf.py`.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http import errors  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from service.api.problems import MEDIA_TYPE, problem

REFUSED: Final[dict[type[Exception], tuple[int, str, str]]] = {
    errors.LimitRequestLine: (
        414, "address_too_long", "Shorten the address; one of up to 4,000 letters is read.",
    ),
    errors.LimitRequestHeaders: (
        431, "headers_too_large",
        "Send fewer or shorter headers; up to 100 of 8,000 letters are read.",
    ),
    errors.UnsupportedTransferCoding: (
        501, "unknown_transfer_coding", "Send the body plain or chunked.",
    ),
    errors.ExpectationFailed: (417, "expectation_failed", "Leave the header Expect out."),
    errors.ParseException: (
        400, "malformed_request",
        "This is no HTTP request that can be read; look at its first line and its headers.",
    ),
}  # fmt: skip
"""Status, code and what to do; the nearest class counts."""

log = logging.getLogger("encore.worker")


class Worker(ThreadWorker):  # type: ignore[misc]
    """As gunicorn's, but for the form of what it refuses."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        known = next((REFUSED[kind] for kind in type(exc).__mro__ if kind in REFUSED), None)
        if known is None:
            super().handle_error(req, client, addr, exc)
            return
        status, code, detail = known
        log.warning("refused before it was read: %s", code)
        body = problem(status, code, detail).get_data()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nConnection: close\r\n"
            f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            util.write_nonblock(client, head.encode() + body)
        except OSError:
            log.debug("the caller left before the answer")
