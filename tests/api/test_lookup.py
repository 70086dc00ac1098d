"""Items are found as customers type them: with slips, in another order, by their number."""

from __future__ import annotations

import pytest

from tests.api.client import Client, assert_problem

NAMES = {
    "18965091": "Fairelane Tan Bookcase",
    "18965092": "Fairelane Grey Bookcase",
    "20010001": "Oakham Oak Bookcase",
    "20010002": "Étagère Lumière",
    "30010001": "Willow Floor Lamp",
}


@pytest.fixture
def agent(client: Client) -> Client:
    items = [
        {"id": id_, "name": name, "price": "99.00", "currency": "GBP"}
        for id_, name in NAMES.items()
    ]
    fed = client.as_("ingest").post("/v1/items", items).get_json()
    assert fed["accepted"] == len(NAMES)
    return client.as_("agent")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Fairelane Tan Bookcase", "18965091"),
        ("farelane tann", "18965091"),
        ("bookcase grey fairlane", "18965092"),
        ("oak", "20010001"),
        ("18965091", "18965091"),
        ("1896509", "18965091"),
        ("LUMIÈRE", "20010002"),
        ("wilow  floor-lmap", "30010001"),
    ],
)
def test_what_is_meant_comes_first(agent: Client, typed: str, first: str) -> None:
    found = agent.get("/v1/items", query_string={"q": typed}).get_json()["items"]
    assert found[0]["item_id"] == first
    assert found[0]["name"] == NAMES[first]
    likeness = [one["likeness"] for one in found]
    assert likeness == sorted(likeness, reverse=True)


@pytest.mark.parametrize("typed", ["sofa", "?!", "x", "%", "' OR 1=1 --", "Регал"])
def test_what_is_like_nothing_finds_nothing(agent: Client, typed: str) -> None:
    assert agent.get("/v1/items", query_string={"q": typed}).get_json() == {"items": []}


@pytest.mark.parametrize("query", ["", "q=", "q=a&q=b", "q=a&limit=3", "q=" + "x" * 201])
def test_a_question_that_is_none_is_422(agent: Client, query: str) -> None:
    assert_problem(agent.get("/v1/items?" + query), 422)
