"""The digest of a request's body tells a replay from a contradiction."""

from __future__ import annotations

import json

import pytest

from service.record import body_digest_of

BODY = '{"limit": 3, "customer": {"id": "Zoë", "vulnerable": null}, "needs": [{"max": 80.5}, 1]}'


def digest(text: str) -> bytes:
    return body_digest_of(json.loads(text))


def test_neither_spaces_nor_the_order_of_fields_matter() -> None:
    same = '{"needs":[{"max":80.5},1],"customer":{"vulnerable":null,"id":"Zo\\u00eb"},"limit":3}'
    assert digest(same) == digest(BODY)
    assert len(digest(BODY)) == 32


@pytest.mark.parametrize(("was", "becomes"), [
    ("3", "4"), ("3", "3.0"), ("3", '"3"'), ("null", "false"), ("Zoë", "Zoe"),
    (', "vulnerable": null', ""), ('{"max": 80.5}, 1', '1, {"max": 80.5}'),
])  # fmt: skip
def test_everything_else_does(was: str, becomes: str) -> None:
    assert digest(BODY.replace(was, becomes, 1)) != digest(BODY)
