"""Fit through the front door: what came back, what the customer likes, and what to ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from models.domain import Item
from service.parts import Parts
from tests.api.client import Client, assert_problem
from tests.api.shop_floor import Stock, a_request, ask, customers_in


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


def width_of(item: Item) -> Decimal | None:
    width = item.attributes.get("width")
    return width.value if width is not None and isinstance(width.value, Decimal) else None


def of_width(shelf: Stock, category: str) -> list[Item]:
    """Those of a category whose width is listed, from narrow to wide."""
    listed = [item for item in shelf.items if item.category == category and width_of(item)]
    return sorted(listed, key=lambda item: width_of(item) or 0)


def returned(item: Item, reason: str, attribute: str | None = None) -> dict[str, Any]:
    about = {"item_id": item.id, "reason": reason, "attribute": attribute}
    return {"topic": "return", "items": [about]}


def test_after_too_wide_nothing_as_wide_of_its_kind_is_suggested(
    agent: Client, customer: str, shelf: Stock
) -> None:
    bookcases = of_width(shelf, "bookcases")
    middle = bookcases[len(bookcases) // 2]
    contact = returned(middle, "too_large", "width")
    answer = ask(agent, a_request(customer, interaction=contact, explain=True, dry_run=True))
    widths = {item.id: width_of(item) for item in bookcases}
    limit = widths[middle.id]
    misfits = [one for one in answer["excluded"] if one["reason"] == "does_not_fit"]
    assert misfits
    for one in misfits:
        assert widths[one["item_id"]] >= limit
        assert one["detail"].endswith(f"less than {limit:f} cm, the width of {middle.name}")
    for one in answer["suggestions"]:
        assert widths.get(one["item_id"], 0) < limit
    named = answer["does_not_fit"]
    assert [one["item_id"] for one in named] == [one["item_id"] for one in misfits[:2]]
    assert answer["constraints"] == [
        f"bookcases: width less than {limit:f} cm, as of {middle.name}"
    ]


def test_an_item_that_the_customer_likes_and_that_does_not_fit_is_named_with_the_reason(
    agent: Client, customer: str, shelf: Stock
) -> None:
    bookcases = of_width(shelf, "bookcases")
    middle, widest = bookcases[len(bookcases) // 2], bookcases[-1]
    contact = returned(middle, "too_large", "width")
    contact["items"].append({"item_id": widest.id})
    needs = [{"attribute": "width", "max": 200, "unit": "in"}]
    body = a_request(customer, interaction=contact, needs=needs, dry_run=True, explain=True)
    answer = ask(agent, body)
    liked, other = answer["does_not_fit"]
    assert (liked["item_id"], liked["name"]) == (widest.id, widest.name)
    wide, limit = width_of(widest), width_of(middle)
    assert liked["text"] == f"width {wide:f} cm, less than {limit:f} cm, the width of {middle.name}"
    assert other["item_id"] != widest.id
    excluded = [one for one in answer["excluded"] if one["item_id"] == widest.id]
    assert [one["detail"] for one in excluded] == [liked["text"]]


def test_when_nobody_said_what_was_too_large_that_is_the_question(
    agent: Client, customer: str, shelf: Stock
) -> None:
    bookcases = of_width(shelf, "bookcases")
    contact = returned(bookcases[0], "too_large")
    body = a_request(customer, interaction=contact, dry_run=True, explain=True, limit=10)
    answer = ask(agent, body)
    others = {item.id for item in bookcases} & {one["item_id"] for one in answer["suggestions"]}
    assert others
    assert answer["question"].startswith(f"What was too large about {bookcases[0].name}: its ")
    assert (answer["question_attribute"], answer["question_item_id"]) == (None, bookcases[0].id)
    assert "does_not_fit" not in answer
    assert answer["constraints"][0].startswith("no bound from ")


@pytest.mark.parametrize(
    ("needs", "pointer"),
    [
        ([{"attribute": "width", "max": 80, "unit": "kg"}], "/needs/0/unit"),
        ([{"attribute": "width", "max": -80, "unit": "cm"}], "/needs/0/max"),
        (
            [{"attribute": "width", "max": 76.1, "unit": "cm"},
             {"attribute": "width", "min": 30, "unit": "in"}],
            "/needs/1/min",
        ),
    ],
)  # fmt: skip
def test_impossible_needs_are_422_and_name_the_field(
    agent: Client, needs: list[dict[str, Any]], pointer: str
) -> None:
    problem = assert_problem(agent.post("/v1/suggestions", a_request("1", needs=needs)), 422)
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
