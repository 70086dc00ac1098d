"""What may not be suggested though asking is right: item by item, with the reason."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from models.candidates.together import Together
from models.domain import ContactItem, Interaction, Item, SuggestionRequest
from models.ids import Ids
from models.recommender import Recommender
from service.dealings import Refunded
from service.decision.barred import Limits, limits_of
from service.profile import Profile, Reply
from tests.situations import (
    AT_THE_EDGE,
    DAY,
    LIMITS,
    NOW,
    POLICY,
    a_contact,
    a_profile,
    a_situation,
    an_interaction,
)

PRICES = {"lamp": 30, "bulb": 5, "shade": 12, "rug": 50, "sofa": 900}
CATALOGUE = {
    name: Item(name, name, Decimal(price), "GBP", category="light" if price < 40 else "large")
    for name, price in PRICES.items()
}
# lamp goes with bulb and shade, rug with sofa
NEAR = np.array([[1, 2], [0, -1], [0, -1], [4, -1], [3, -1]], dtype=np.int32)
RECOMMENDER = Recommender(
    SimpleNamespace(ids=Ids.of([*PRICES])),  # type: ignore[arg-type]
    (Together(NEAR, (NEAR >= 0).astype(np.float32)),),
    None,  # type: ignore[arg-type]
)
ORDERED = NOW - 20 * DAY


def limits(
    contact: Interaction | None = None, profile: Profile | None = None, **request: Any
) -> Limits:
    contact, profile = contact or an_interaction(), profile or a_profile()
    asked = SuggestionRequest(contact, profile.customer, {}, **request)
    return limits_of(a_situation(contact, profile), asked, RECOMMENDER, CATALOGUE)


def left_out(found: Limits) -> dict[str, str]:
    """Items that may not be suggested, and why."""
    why = {name: found.why_not(name, item) for name, item in CATALOGUE.items()}
    return {name: reason for name, reason in why.items() if reason}


def test_usually_everything_may_be_suggested() -> None:
    assert left_out(limits()) == {}
    assert limits().nothing_left == "nothing_fits"


def test_what_the_request_excludes_stays_out() -> None:
    found = limits(exclude_item_ids=frozenset({"rug"}))
    assert left_out(found) == {"rug": "excluded_by_request"}


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_a_declined_item_rests(away: timedelta, closed: bool) -> None:
    replies = [Reply(NOW - POLICY.declined_item - away, "rug", "declined")]
    expected = {"rug": "declined_recently"} if closed else {}
    assert left_out(limits(profile=a_profile(replies=replies))) == expected


def test_what_came_back_for_a_reason_against_it_stays_out() -> None:
    contact = an_interaction(
        items=(
            ContactItem("rug", "defective"),
            ContactItem("sofa", "unwanted_gift"),
            ContactItem("lamp", "arrived_late"),
        )
    )
    assert left_out(limits(contact)) == {"rug": "returned_now", "sofa": "returned_now"}


def test_an_item_on_its_way_back_is_not_suggested_until_that_is_settled() -> None:
    waiting = a_contact(5 * DAY, status="unresolved", items=["rug"])
    assert left_out(limits(profile=a_profile(contacts=[waiting]))) == {"rug": "open_return"}
    settled = an_interaction(items=(ContactItem("rug"),))
    assert left_out(limits(settled, a_profile(contacts=[waiting]))) == {}
    excluded = limits(settled, a_profile(contacts=[waiting]), exclude_item_ids=frozenset({"rug"}))
    assert left_out(excluded) == {"rug": "excluded_by_request"}


def test_after_trouble_nothing_dearer() -> None:
    late = an_interaction(topic="delivery", items=(ContactItem("lamp"),))
    assert left_out(limits(late)) == {"rug": "dearer", "sofa": "dearer"}


@pytest.mark.parametrize(("away", "closed"), AT_THE_EDGE)
def test_right_after_an_order_only_what_goes_with_it(away: timedelta, closed: bool) -> None:
    profile = a_profile(bought=[(NOW - LIMITS.converted - away, "lamp", 30.0)])
    found = limits(profile=profile)
    out = {"lamp": "just_ordered", "rug": "no_complement", "sofa": "no_complement"}
    assert left_out(found) == (out if closed else {})
    assert found.nothing_left == ("just_converted" if closed else "nothing_fits")


def test_the_whole_order_is_looked_at_and_nothing_of_it_is_suggested_again() -> None:
    profile = a_profile(
        bought=[
            (NOW - timedelta(hours=1), "lamp", 30.0),
            (NOW - timedelta(hours=1), "bulb", 5.0),
            (NOW - 30 * DAY, "rug", 50.0),
        ]
    )
    assert left_out(limits(profile=profile)) == {
        "lamp": "just_ordered", "bulb": "just_ordered", "rug": "no_complement",
        "sofa": "no_complement",
    }  # fmt: skip


def test_after_an_order_of_something_unknown_there_is_nothing_left() -> None:
    found = limits(profile=a_profile(bought=[(NOW - timedelta(hours=1), "gift card", 30.0)]))
    assert set(left_out(found)) == set(CATALOGUE)
    assert found.converted is not None
    assert found.converted.evidence == "ordered at 2026-11-23T11:00+00:00; nothing goes with it"


def test_an_unacceptable_first_item_takes_its_like_out() -> None:
    profile = a_profile(bought=[(ORDERED, "lamp", 30.0)], refunds=[Refunded(NOW - DAY, "lamp")])
    like = "disappointed_by_its_like"
    assert left_out(limits(profile=profile)) == {"lamp": like, "bulb": like, "shade": like}


@pytest.mark.parametrize("failed", [{"topic": "price"}, {"mood": "upset"}, {"topic": "damaged"}])
def test_a_first_order_that_failed_otherwise_is_not_topped(failed: dict[str, str]) -> None:
    profile = a_profile(bought=[(ORDERED, "lamp", 30.0)])
    found = limits(an_interaction(**failed), profile)
    assert left_out(found) == {"rug": "dearer", "sofa": "dearer"}


def test_of_two_ceilings_the_lower_holds() -> None:
    late = an_interaction(topic="delivery", mood="upset", items=(ContactItem("rug"),))
    assert limits(late).ceiling == 50
    assert limits(late, a_profile(bought=[(ORDERED, "lamp", 30.0)])).ceiling == 30


def test_what_cannot_be_sold_says_why() -> None:
    found, lamp = limits(), CATALOGUE["lamp"]
    assert found.why_not("?", None) == "unknown_item"
    for changes, why in (
        ({"sellable": False}, "not_sellable"),
        ({"stock": 0}, "out_of_stock"),
        ({"known_issue": "wobbles"}, "known_issue"),
    ):
        assert found.why_not("lamp", msgspec.structs.replace(lamp, **changes)) == why
