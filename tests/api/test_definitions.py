"""What the numbers mean can be read by whoever has a key."""

from __future__ import annotations

import pytest

from tests.api.client import Client, assert_problem


@pytest.mark.parametrize("role", ["agent", "ingest", "trainer", "manager", "admin"])
def test_every_role_reads_the_definitions(client: Client, role: str) -> None:
    found = client.as_(role).get("/v1/definitions").get_json()
    meanings = {one["name"]: one for one in found["definitions"]}
    assert meanings["incremental"]["meaning"].startswith("What would not have come without")
    assert all(one["serves"] for one in found["definitions"])


def test_without_a_key_nobody_does(client: Client) -> None:
    assert_problem(client.get("/v1/definitions"), 401)
