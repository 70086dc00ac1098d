"""What the application leaves out of Flask: sessions, and the host in matching addresses."""

from __future__ import annotations

import pytest

from tests.api.client import Client


@pytest.mark.parametrize("host", ["localhost", "shop.example:8080", "192.0.2.7", "ümlaut.example"])
def test_any_host_is_answered(client: Client, host: str) -> None:
    assert client.get("/livez", headers={"Host": host}).status_code == 200


def test_no_answer_sets_a_cookie(client: Client) -> None:
    answer = client.get("/livez", headers={"Cookie": "session=eyJhIjoxfQ.x.y"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
