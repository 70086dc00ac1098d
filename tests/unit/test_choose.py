"""From a ranking to what is asked: worth it or not, in which order, and what levers cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.candidates import SOURCES
from models.candidates.base import Candidates
from models.catalogue import FACTS, Catalogue
from models.domain import Customer, Interaction, Item, SuggestionRequest
from models.features import FEATURES
from models.ids import Ids
from models.recommender import Ranking, Recommender
from service.decision.barred import Limits
from service.decision.because import PLACE
from service.decision.choose import Choice, choose
from service.decision.policy import load_policy
from service.decision.value.asking import Asking
from service.decision.value.levers import Lever, Levers
from service.decision.value.queue import MISSING, QueuePrice
from service.decision.value.uplift import HOLDOUT, Uplift, assumed

POLICY = load_policy()
EVERYTHING = assumed(1.0)
NO_LEVERS = Levers({}, {})
NO_LIMITS = Limits({}, None, frozenset(), None, None)


def an_asking(cost: str = "0.10") -> Asking:
    return Asking(30, False, QueuePrice(MISSING, Decimal(0)), {"asking": -Decimal(cost)})


def chosen_from(
    chances: Mapping[str, float],
    margins: Mapping[str, str] | None = None,
    *,
    levers: Levers = NO_LEVERS,
    uplift: Uplift = EVERYTHING,
    asking: Asking | None = None,
    kinds: Mapping[str, str] | None = None,
    returns: Mapping[str, float] | None = None,
    pieces: Mapping[str, float] | None = None,
    **pricing: Any,
) -> Choice:
    """Of items named by letters, each with a margin of 10 unless said otherwise."""
    names = list(chances)
    n = len(names)
    table = np.zeros((n, len(FEATURES)), dtype=np.float32)
    table[:, PLACE["last_quantity"]] = [(pieces or {}).get(name, 0) for name in names]
    probabilities = np.array(list(chances.values()), dtype=np.float32)
    candidates = Candidates(np.arange(n, dtype=np.int32), np.zeros((len(SOURCES), n)))
    ranking = Ranking(candidates, np.argsort(-probabilities, kind="stable"), table, probabilities)
    catalogue = Catalogue(
        Ids.of(names), np.zeros(n, dtype=np.int32), np.zeros((n, len(FACTS)), dtype=np.float32),
        np.zeros((n, 12), dtype=np.float32),
        np.array([(returns or {}).get(name, 0) for name in names], dtype=np.float32),
    )  # fmt: skip
    costs = {name: 100 - Decimal((margins or {}).get(name, "10")) for name in names}
    items = {name: Item(name, name, Decimal(100), "GBP", unit_cost=costs[name]) for name in names}
    policy = replace(POLICY, pricing=replace(POLICY.pricing, levers=levers, **pricing))
    request = SuggestionRequest(
        Interaction("case-1", "phone", "return", "resolved"), Customer("lea"), {}
    )
    return choose(
        ranking, Recommender(catalogue, (), None),  # type: ignore[arg-type]
        items, request, NO_LIMITS, policy, asking or an_asking(), uplift,
        lambda places: [(kinds or {}).get(names[place], "discover") for place in places],
    )  # fmt: skip


def order_of(choice: Choice) -> str:
    return "".join(one.item.id for one in choice.chosen)


def test_the_dearest_hope_comes_first_and_not_the_likeliest() -> None:
    choice = chosen_from({"a": 0.5, "b": 0.4}, {"a": "1", "b": "9"})
    assert order_of(choice) == "ba"
    assert [one.worth.total for one in choice.chosen] == [Decimal("3.50"), Decimal("0.40")]


def test_at_nothing_gained_nothing_is_asked() -> None:
    """An expected penny more than the ask costs is worth it, and the same is not."""
    assert chosen_from({"a": 0.010}).reason == "not_worth_it"
    assert chosen_from({"a": 0.010}).excluded == {"a": "not_worth_it"}
    assert order_of(chosen_from({"a": 0.011})) == "a"


def test_what_often_comes_back_is_worth_less() -> None:
    """At 10 margin and 6 a return, half of them back: 0.2 x (10 - 0.5 x 16) - 0.10."""
    choice = chosen_from({"a": 0.2, "b": 0.19}, returns={"a": 0.5})
    assert order_of(choice) == "ba"
    assert choice.chosen[1].worth.total == Decimal("0.30")


def test_who_buys_by_the_dozen_is_worth_a_dozen() -> None:
    choice = chosen_from({"a": 0.2, "b": 0.1}, pieces={"b": 12})
    assert order_of(choice) == "ba"
    assert choice.chosen[0].worth.total == Decimal("11.90")


def test_a_kind_that_asking_harms_is_not_asked_for() -> None:
    known = Uplift(HOLDOUT, 0.5, {("repeat", "return"): -0.3})
    choice = chosen_from({"a": 0.6, "b": 0.2}, uplift=known, kinds={"a": "repeat"})
    assert order_of(choice) == "b"
    assert choice.excluded == {"a": "not_worth_it"}
    assert choice.chosen[0].worth.prospect.uplift_from == "holdout"
    assert choice.chosen[0].worth.prospect.uplift == pytest.approx(0.1)


def test_a_lifetime_value_counts_for_its_kind() -> None:
    lifetime = {**POLICY.pricing.lifetime, "discover": Decimal("5.00")}
    kinds = {"a": "repeat"}
    choice = chosen_from({"a": 0.25, "b": 0.2}, kinds=kinds, lifetime=lifetime)
    assert order_of(choice) == "ba"
    assert choice.chosen[0].worth.terms["lifetime_value"] == Decimal("1.00")


def test_a_lever_on_a_kind_moves_it_up_and_tells_its_cost() -> None:
    """a is worth 2.90 and b 1.90: doubled, b comes first, and that costs 1.00."""
    levers = Levers({"repeat": Lever(Decimal(2), Decimal(0))}, {})
    choice = chosen_from({"a": 0.3, "b": 0.2}, levers=levers, kinds={"b": "repeat"})
    assert order_of(choice) == "ba"
    assert [one.worth.total for one in choice.chosen] == [Decimal("1.90"), Decimal("2.90")]
    assert choice.levers is not None
    assert choice.levers.first_without == "a"
    assert choice.levers.cost == Decimal("1.00")
    assert choice.levers.applied == ("kind:repeat",)


def test_an_items_own_lever_goes_before_that_of_its_kind() -> None:
    levers = Levers(
        {"discover": Lever(Decimal(1), Decimal(9))}, {"a": Lever(Decimal(1), Decimal(0))}
    )
    choice = chosen_from({"a": 0.3, "b": 0.2}, levers=levers)
    assert order_of(choice) == "ba"
    assert choice.levers is not None
    assert choice.levers.applied == ("kind:discover", "item:a")


def test_no_lever_makes_a_loss_worth_asking_for() -> None:
    levers = Levers({}, {"a": Lever(Decimal(9), Decimal(99))})
    choice = chosen_from({"a": 0.001}, levers=levers)
    assert (choice.chosen, choice.reason, choice.levers) == ([], "not_worth_it", None)


def test_a_lever_that_changes_nothing_costs_nothing() -> None:
    levers = Levers({}, {"a": Lever(Decimal(2), Decimal(0)), "z": Lever(Decimal(9), Decimal(9))})
    choice = chosen_from({"a": 0.3, "b": 0.2}, levers=levers)
    assert choice.levers is not None
    assert (choice.levers.cost, choice.levers.applied) == (0, ("item:a",))
    unmoved = chosen_from({"b": 0.2}, levers=levers)
    assert unmoved.levers is None


@given(
    st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.floats(0, 1), min_size=1),
    st.floats(0, 2),
    st.integers(0, 10),
    st.integers(-5, 5),
)
def test_what_is_chosen_is_worth_asking_and_levers_never_pay(
    chances: dict[str, float], cost: float, times: int, plus: int
) -> None:
    levers = Levers({}, {name: Lever(Decimal(times), Decimal(plus)) for name in "aeiou"})
    asking = an_asking(f"{cost:.2f}")
    plain, pulled = (chosen_from(chances, levers=one, asking=asking) for one in (NO_LEVERS, levers))
    for choice in (plain, pulled):
        assert all(one.worth.total > 0 for one in choice.chosen)
        assert (choice.reason is None) == bool(choice.chosen)
    worths = [one.worth.total for one in plain.chosen]
    assert worths == sorted(worths, reverse=True)
    if pulled.levers:
        lost = plain.chosen[0].worth.total - pulled.chosen[0].worth.total
        assert pulled.levers.cost == max(lost, 0)
