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
    kind_at: Callable[[int], str],
) -> Choice:
    """Look at the likeliest items until `policy.shortlist` may be sold, and keep what is worth it.

    The shortlist is ordered by worth; what fits comes before what may fit. More than the request's
    limit are chosen where chance may decide between them; `explore` cuts the list.

    Args:
        kind_at: the kind of the item at a place of the ranking; asked for only where it matters.
    """
    wanted = wanted_of(request, catalogue)
    misfits = wanted.named_misfits()
    excluded = dict.fromkeys(misfits, fit.DOES_NOT_FIT)
    shortlist: list[Listed] = []
    ids, cost = recommender.catalogue.ids, asking.cost
    pricing, levers = policy.pricing, policy.pricing.levers
    kinds_matter = uplift.shares or pricing.lifetime_differs or levers.by_kind
    returns, topic = recommender.catalogue.return_rates, request.interaction.topic
    positions, chances = ranking.candidates.items, ranking.probabilities
    for place in ranking.order.tolist():  # of the other arrays few numbers are asked for
        position = positions[place]
        item_id = ids[position]
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
        kind, chance = kind_at(place) if kinds_matter else None, float(chances[place])
        prospect = prospect_of(
            item, uplift.share(kind, topic) * chance, uplift.source,
            float(ranking.table[place, LAST_QUANTITY]), float(returns[position]),
            pricing.lifetime_of(kind), policy.margin_rate, pricing,
        )  # fmt: skip
        about = rough_worth(prospect, pricing, cost)
        lever = levers.of(item_id, kind) if levers else None
        shortlist.append(Listed(about, place, chance, prospect, fitting, lever))
        if len(shortlist) == policy.shortlist:
            break
    wanted_at_most = max(request.limit, policy.explore.looked_at)
    weighted, in_vain = weigh(shortlist, wanted_at_most, asking, pricing)
    excluded |= dict.fromkeys(in_vain, "not_worth_it")
    chosen = [
        Chosen(one.prospect.item, one.place, one.probability, worth, one.fit)
        for one, worth in weighted
    ]
    reason = None if chosen else ("not_worth_it" if shortlist else limits.nothing_left)
    points = (Weighed(one.prospect.item, one.fit, one.about) for one in shortlist)
    pulled = cost_of_levers(shortlist, weighted, asking, pricing) if levers and chosen else None
    return Choice(chosen, reason, excluded, misfits, question_of(points, wanted), wanted, pulled)
