"""The one way in for JSON: strict, so that nothing fails later which could be refused here.

Python's own parser takes NaN, Infinity, 1e999 and duplicate keys, and PostgreSQL can store
neither NUL nor lone surrogates. Each of these ends here with a 400 that says what to mend.
"""

from __future__ import annotations

import json
import re
from typing import IO, Any, Final

from flask import Request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from service import errors

SINGLE_LIMIT: Final = 64 * 1024
BULK_LIMIT: Final = 8 * 1024 * 1024
DEPTH_LIMIT: Final = 32
INTEGER_LIMIT: Final = 2**53
"""Beyond it JavaScript and other readers of doubles lose digits."""

_SUSPECT_ESCAPE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NEITHER_BRACKET_NOR_QUOTE = bytes(set(range(256)) - set(b'[]{}"'))
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def read(request: Request, limit: int = SINGLE_LIMIT) -> Any:
    """The JSON body of a request, of at most `limit` bytes.

    Raises:
        errors.TooLarge: before anything is read, when the length is announced.
        errors.WrongMediaType: it is not called application/json.
        errors.Malformed: it is not JSON as we accept it.
    """
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    _check_media_type(request)
    try:
        raw = _body(request).read(limit + 1)
    except (OSError, ParseException) as error:  # the client left, or its chunks make no sense
        raise errors.Malformed("The body broke off; send it again, whole.") from error
    if len(raw) > limit:
        raise _too_large(limit)
    return parse(raw)


def parse(raw: bytes) -> Any:
    """The value that `raw` says, in plain dicts, lists, strings, ints, floats and so on.

    Raises:
        errors.Malformed: it is not JSON as we accept it.
    """
    if not raw:
        raise errors.Malformed("The body is empty; send JSON.")
    _check_depth(raw)
    try:
        value = _decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise errors.Malformed(f"Byte {error.start} is not UTF-8; send the body in it.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise errors.Malformed(f"This is not JSON: {error.msg} at {where}.") from error
    if _SUSPECT_ESCAPE.search(raw):
        _check_characters(value)
    return value


def _body(request: Request) -> IO[bytes]:
    """The stream as it is where the server itself ends it, as gunicorn does."""
    environ = request.environ
    stream: IO[bytes] = environ["wsgi.input"]
    return stream if environ.get("wsgi.input_terminated") else request.stream


def _check_media_type(request: Request) -> None:
    if request.content_type != "application/json":
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
            raise errors.WrongMediaType("Send JSON in UTF-8, with Content-Type: application/json.")
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise errors.WrongMediaType("Send the body uncompressed, without Content-Encoding.")


def _check_depth(raw: bytes) -> None:
    """Refuse deep nesting before the parser follows it, at the pace of C and not of Python."""
    if raw.count(b"[") + raw.count(b"{") <= DEPTH_LIMIT:
        return
    if b"\\" in raw:
        raw = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    # brackets and quotes alone; a pair of quotes with nothing between can go, which leaves what
    # stands inside a string where it was
    marks = raw.translate(_TO_SQUARE, _NEITHER_BRACKET_NOR_QUOTE).replace(b'""', b"")
    brackets = b"".join(marks.split(b'"')[::2])
    for _ in range(DEPTH_LIMIT):  # each round takes the innermost level away
        brackets = brackets.replace(b"[]", b"")
    if b"[]" in brackets or brackets.count(b"[") > DEPTH_LIMIT:
        raise errors.Malformed(f"This nests more than {DEPTH_LIMIT} levels; flatten it.")


def _check_characters(value: Any) -> None:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            waiting += found.keys()
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, str) and _UNSTORABLE.search(found):
            raise errors.Malformed("Remove the NUL characters and lone surrogates.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise errors.Malformed("An object names the same key twice; name each key once.")
    return members


def _whole(text: str) -> int:
    # the length first: reading thousands of digits would take long
    if len(text) > 17 or abs(int(text)) > INTEGER_LIMIT:
        raise errors.Malformed("Whole numbers go up to 2^53; write longer ones as strings.")
    return int(text)


def _real(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise errors.Malformed("A number is too large to be kept; check its exponent.")
    return number


def _refuse_constant(name: str) -> None:
    raise errors.Malformed(f"{name} is not JSON; leave the field out or write null.")


def _too_large(limit: int) -> errors.TooLarge:
    return errors.TooLarge(f"The body may have {limit // 1024} KiB; split it or leave parts out.")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_whole,
    parse_float=_real,
    parse_constant=_refuse_constant,
)
