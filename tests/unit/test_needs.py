"""From words to bounds: reasons of a return, and needs that are refused with their field."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.domain import (
    RETURN_REASONS,
    Attribute,
    ContactItem,
    Customer,
    Interaction,
    Item,
    Need,
)
from models.domain import SuggestionRequest as Request
from models.fit import TURNS
from models.needs import bound_of
from models.units import UNITS
from service.api import schemas
from service.decision.fitting.wanted import NOTHING, Wanted, wanted_of
from tests.unit.test_schemas import REQUEST, changed, faults


def an_item(item_id: str, category: str | None = "bookcases", **changes: Any) -> Item:
    sizes = {"width": "90", "depth": "30", "height": "200"}
    attributes = {name: Attribute(Decimal(size), "cm") for name, size in sizes.items()}
    attributes["weight"] = Attribute(Decimal(40), "kg")
    given: dict[str, Any] = {"price": Decimal("199.00"), "attributes": attributes} | changes
    return Item(item_id, item_id.title(), currency="GBP", category=category, **given)


RETURNED = an_item("holm")
CATALOGUE = {"holm": RETURNED, "bare": an_item("bare", attributes={})}


def wanted(*items: ContactItem, needs: tuple[Need, ...] = (), topic: str = "return") -> Wanted:
    contact = Interaction("1", "phone", topic, "resolved", items=items)
    return wanted_of(Request(contact, Customer("1"), {}, needs=needs), CATALOGUE)


def verdict(found: Wanted, width: str, category: str = "bookcases") -> str | None:
    other = an_item("x", category, attributes={"width": Attribute(Decimal(width), "cm")})
    fit = found.judge(other)
    return fit.verdict if fit else None


@pytest.mark.parametrize(
    ("reason", "smaller", "same", "larger"),
    [
        ("too_large", "fits", "does_not_fit", "does_not_fit"),
        ("too_small", "does_not_fit", "does_not_fit", "fits"),
        ("defective", None, None, None),
        ("not_as_described", None, None, None),
        ("did_not_like", None, None, None),
        ("unwanted_gift", None, None, None),
        ("arrived_late", None, None, None),
        ("other", None, None, None),
    ],
)
def test_only_a_size_that_was_wrong_bounds_that_attribute(
    reason: str, smaller: str | None, same: str | None, larger: str | None
) -> None:
    found = wanted(ContactItem("holm", reason, "width"))
    assert [verdict(found, width) for width in ("89.9", "90", "90.1")] == [smaller, same, larger]


def test_what_came_back_speaks_for_its_own_category_and_a_need_for_all() -> None:
    need = Need("width", max=Decimal(80), unit="cm")
    found = wanted(ContactItem("holm", "too_small", "width"), needs=(need,))
    assert verdict(found, "70", "sofas") == "fits"
    assert verdict(found, "70") == "does_not_fit"
    assert verdict(wanted(ContactItem("holm", "too_large", "width")), "300", "sofas") is None


def test_too_heavy_is_about_the_weight() -> None:
    [bound] = wanted(ContactItem("holm", "too_heavy")).of_category["bookcases"]
    assert (bound.attribute, bound.high, bound.unit, bound.strict) == ("weight", 40_000, "kg", True)


def test_without_the_attribute_nothing_is_ruled_out_and_the_sides_are_open() -> None:
    found = wanted(ContactItem("holm", "too_large"))
    assert verdict(found, "300") is None
    assert found.unclear[0].attributes == ["width", "depth", "height"]


def test_of_a_value_that_nobody_listed_there_is_no_bound() -> None:
    found = wanted(ContactItem("bare", "too_large", "width"))
    assert verdict(found, "300") is None
    assert (found.unclear[0].attributes, found.unclear[0].bounds) == (["width"], ())


@pytest.mark.parametrize(
    ("reason", "cheaper", "same", "dearer"),
    [
        ("too_expensive", False, True, True),
        ("defective", False, False, True),
        ("too_large", False, False, False),
    ],
)
def test_prices_after_a_return(reason: str, cheaper: bool, same: bool, dearer: bool) -> None:
    found = wanted(ContactItem("holm", reason))
    prices = [
        found.dearer(an_item("x", price=Decimal(price))) for price in ("198.99", "199", "199.01")
    ]
    assert prices == [cheaper, same, dearer]


def test_a_contact_that_says_nothing_wants_nothing() -> None:
    assert wanted(ContactItem("holm"), topic="product_question") is NOTHING
    assert wanted(ContactItem("unheard-of", "too_large", "width")).of_category == {}


def test_what_the_customer_asks_about_is_judged_by_name() -> None:
    need = Need("width", max=Decimal(80), unit="cm")
    asked = wanted(ContactItem("holm"), needs=(need,), topic="product_question")
    assert asked.named_misfits() == ["holm"]
    given_back = wanted(ContactItem("holm"), needs=(need,), topic="return")
    assert not given_back.named
    instead = wanted(ContactItem("bare", "defective"), ContactItem("holm"), needs=(need,))
    assert instead.named_misfits() == ["holm"]


FAULTS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([{"attribute": "width", "max": 80, "unit": "kg"}], "/needs/0/unit", "mm, cm, m, in, ft"),
    ([{"attribute": "weight", "max": 80, "unit": "cm"}], "/needs/0/unit", "g, kg, oz, lb"),
    ([{"attribute": "width", "max": 80, "unit": "furlong"}], "/needs/0/unit", "cm"),
    ([{"attribute": "cord", "max": 80, "unit": "W"}], "/needs/0/unit", "cm"),
    ([{"attribute": "price", "max": 80, "unit": "GBP"}], "/needs/0/unit", "currency"),
    ([{"attribute": "width", "max": -1, "unit": "cm"}], "/needs/0/max", "negative"),
    ([{"attribute": "width", "min": -0.5}], "/needs/0/min", "negative"),
    ([{"attribute": "width", "max": 8, "tolerance": -1}], "/needs/0/tolerance", "negative"),
    ([{"attribute": "width", "max": 8, "clearance": -1}], "/needs/0/clearance", "negative"),
    ([{"attribute": "width", "max": 8, "clearance": 9}], "/needs/0/clearance", "no room"),
    ([{"attribute": "width", "min": 8, "clearance": 1}], "/needs/0/clearance", "max"),
    ([{"attribute": "width", "min": 8, "max": 9, "clearance": 2}], "/needs/0/max", "below min"),
    (
        [{"attribute": "width", "max": 76.1, "unit": "cm"},
         {"attribute": "width", "min": 30, "unit": "in"}],
        "/needs/1/min", "needs/0",
    ),
    (
        [{"attribute": "width", "min": 30, "unit": "in"}, {"attribute": "depth", "max": 5},
         {"attribute": "width", "max": 76.1, "unit": "cm"}],
        "/needs/2/max", "needs/0",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("needs", "pointer", "hint"), FAULTS, ids=range(len(FAULTS)))
def test_a_need_that_cannot_be_meant_is_refused_with_its_field(
    needs: list[dict[str, Any]], pointer: str, hint: str
) -> None:
    found = faults(schemas.SuggestionRequestSchema(), changed(REQUEST, "/needs", needs))
    assert [*found] == [pointer]
    assert hint in found[pointer]


@pytest.mark.parametrize(
    "needs",
    [
        [{"attribute": "width", "max": 76.2, "unit": "cm"},
         {"attribute": "width", "min": 30, "unit": "in"}],
        [{"attribute": "width", "min": 30, "unit": "in"},
         {"attribute": "width", "max": 76.2, "unit": "cm"}],
        [{"attribute": "width", "max": 76.1, "unit": "cm", "tolerance": 0.1},
         {"attribute": "width", "min": 30, "unit": "in"}],
        [{"attribute": "width", "max": 1, "unit": "cm"}, {"attribute": "width", "min": 30}],
        [{"attribute": "width", "max": 1, "unit": "cm"}, {"attribute": "depth", "min": 3,
                                                          "unit": "cm"}],
        [{"attribute": "temperature", "min": -20}],
        [{"attribute": "price", "max": 50}],
    ],
)  # fmt: skip
def test_needs_that_can_be_met_or_not_compared_are_taken(needs: list[dict[str, Any]]) -> None:
    request = schemas.load(schemas.SuggestionRequestSchema(), changed(REQUEST, "/needs", needs))
    assert len(request.needs) == len(needs)


def test_the_needs_of_the_manual_are_taken() -> None:
    """The example of docs/fit.md."""
    text = (Path(__file__).parents[2] / "docs/fit.md").read_text(encoding="utf-8")
    [needs] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    document = changed(REQUEST, "/needs", json.loads(needs))
    width, depth, *_ = schemas.load(schemas.SuggestionRequestSchema(), document).needs
    assert (bound_of(width).high, bound_of(depth).high) == (790, Decimal("317.5"))


def test_the_manual_says_what_follows_from_every_reason() -> None:
    text = (Path(__file__).parents[2] / "docs/fit.md").read_text(encoding="utf-8")
    assert all(f"`{reason}`" in text for reason in RETURN_REASONS)
    assert all(f"`{unit}`" in text for unit in UNITS)
    assert all(f"`{turn}`" in text for turn in TURNS)
