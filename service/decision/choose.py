"""From a ranking to what may be asked: left out, fitting, worth it; best first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from models import fit
from models.domain import Item, SuggestionRequest
from models.fit import Fit
from models.recommender import Ranking, Recommender
from service.decision.barred import Limits
from service.decision.because import PLACE
from service.decision.fitting.question import Question, Weighed, question_of
from service.decision.fitting.wanted import NOTHING, Wanted, wanted_of
from service.decision.policy import Policy
from service.decision.value.asking import Asking
from service.decision.value.levers import LeverCost
from service.decision.value.uplift import Uplift
from service.decision.value.weigh import Listed, cost_of_levers, weigh
from service.decision.worth import Worth, prospect_of, rough_worth

LAST_QUANTITY: Final = PLACE["last_quantity"]
Sellable = tuple[int, Item, Fit | None]
"""What may be sold: its place in the ranking's arrays, the item, whether it fits."""


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """One item worth asking for; `place` is its row in the ranking's arrays."""

    item: Item
    place: int
    probability: float
    worth: Worth
    fit: Fit | None


class Choice(msgspec.Struct, frozen=True):
    """What is left: `chosen` best first; `reason` says why nothing is; `excluded` by item id.

    `misfits` do not fit: first what the customer asks about, then the likeliest.
    `levers` is what they cost; None where none is on what is chosen.
    """

    chosen: list[Chosen]
    reason: str | None
    excluded: dict[str, str]
    misfits: Sequence[str] = ()
    question: Question | None = None
    wanted: Wanted = NOTHING
    levers: LeverCost | None = None


def choose(
    ranking: Ranking,
    recommender: Recommender,
    catalogue: Mapping[str, Item],
    request: SuggestionRequest,
    limits: Limits,
    policy: Policy,
    asking: Asking,
    uplift: Uplift,
    kinds_at: Callable[[Sequence[int]], Sequence[str]],
) -> Choice:
    """Look at the likeliest items until `policy.shortlist` may be sold, and keep what is worth it.

    The shortlist is ordered by worth; what fits comes before what may fit. More than the request's
    limit are chosen where chance may decide between them; `explore` cuts the list.

    Args:
        kinds_at: the kinds of the items at places of the ranking; asked for only where they matter.
    """
    wanted = wanted_of(request, catalogue)
    misfits = wanted.named_misfits()
    excluded = dict.fromkeys(misfits, fit.DOES_NOT_FIT)
    may = list[Sellable]()
    ids, positions = recommender.catalogue.ids, ranking.candidates.items
    for place in ranking.order.tolist():
        item_id = ids[positions[place]]
        item = catalogue.get(item_id)
        why = limits.why_not(item_id, item)
        fitting = wanted.judge(item) if item and why is None else None
        if fitting is not None and fitting.verdict == fit.DOES_NOT_FIT:
            why = fit.DOES_NOT_FIT
            if item_id not in excluded:
                misfits.append(item_id)
        if why is None and item and wanted.dearer(item):
            why = "dearer"
        if why or item is None:
            excluded[item_id] = why or "unknown_item"
            continue
        may.append((place, item, fitting))
        if len(may) == policy.shortlist:
            break
    pricing, topic = policy.pricing, request.interaction.topic
    shortlist = _listed(may, ranking, recommender, policy, asking, uplift, topic, kinds_at)
    wanted_at_most = max(request.limit, policy.explore.looked_at)
    weighted, in_vain = weigh(shortlist, wanted_at_most, asking, pricing)
    excluded |= dict.fromkeys(in_vain, "not_worth_it")
    chosen = [
        Chosen(one.prospect.item, one.place, one.probability, worth, one.fit)
        for one, worth in weighted
    ]
    reason = None if chosen else ("not_worth_it" if shortlist else limits.nothing_left)
    points = (Weighed(one.prospect.item, one.fit, one.about) for one in shortlist)
    pulled = None
    if pricing.levers and chosen:
        pulled = cost_of_levers(shortlist, weighted, asking, pricing)
    return Choice(chosen, reason, excluded, misfits, question_of(points, wanted), wanted, pulled)


def _listed(
    may: Sequence[Sellable],
    ranking: Ranking,
    recommender: Recommender,
    policy: Policy,
    asking: Asking,
    uplift: Uplift,
    topic: str,
    kinds_at: Callable[[Sequence[int]], Sequence[str]],
) -> list[Listed]:
    """The shortlist, with what each item is roughly worth."""
    cost, pricing, levers = asking.cost, policy.pricing, policy.pricing.levers
    positions, returns = ranking.candidates.items, recommender.catalogue.return_rates
    kinds: Sequence[str | None] = [None] * len(may)
    if may and (uplift.shares or pricing.lifetime_differs or levers.by_kind):
        kinds = kinds_at([place for place, _, _ in may])
    shortlist = []
    for (place, item, fitting), kind in zip(may, kinds, strict=True):
        chance = float(ranking.probabilities[place])
        prospect = prospect_of(
            item, uplift.share(kind, topic) * chance, uplift.source,
            float(ranking.table[place, LAST_QUANTITY]), float(returns[positions[place]]),
            pricing.lifetime_of(kind), policy.margin_rate, pricing,
        )  # fmt: skip
        about = rough_worth(prospect, pricing, cost)
        lever = levers.of(item.id, kind) if levers else None
        shortlist.append(Listed(about, place, chance, prospect, fitting, lever))
    return shortlist
