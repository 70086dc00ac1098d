"""From a ranking to what may be asked: left out, fitting, worth it; best first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Final

import msgspec

from models import fit
from models.domain import Item, SuggestionRequest
from models.fit import Fit, judge
from models.recommender import Ranking, Recommender
from service.decision.asking import Asking
from service.decision.because import PLACE
from service.decision.levers import Lever, LeverCost
from service.decision.policy import Policy
from service.decision.policy_worth import Pricing
from service.decision.uplift import Uplift
from service.decision.worth import Prospect, Worth, prospect_of, rough_worth, worth_of_asking
from service.profile import Profile


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """One item worth asking for; `place` is its row in the ranking's arrays."""

    item: Item
    place: int
    probability: float
    worth: Worth
    fit: Fit | None


class Choice(msgspec.Struct, frozen=True):
    """What is left: `chosen` best first; `reason` says why nothing is; `excluded` by item id.

    `levers` is what they cost; None where none applied.
    """

    chosen: list[Chosen]
    reason: str | None
    excluded: dict[str, str]
    levers: LeverCost | None = None


class _Listed(msgspec.Struct, frozen=True, gc=False):
    """An item of the shortlist; `about` is its rough worth, `lever` the one that moves it."""

    unsure: bool
    about: float
    place: int
    prospect: Prospect
    probability: float
    fit: Fit | None
    lever: tuple[str, Lever] | None


_LAST_QUANTITY: Final = PLACE["last_quantity"]


def choose(
    ranking: Ranking,
    recommender: Recommender,
    catalogue: Mapping[str, Item],
    request: SuggestionRequest,
    profile: Profile,
    policy: Policy,
    asking: Asking,
    uplift: Uplift,
    kind_at: Callable[[int], str],
    now: datetime,
) -> Choice:
    """Look at the likeliest items until `policy.shortlist` may be sold, and keep what is worth it.

    The shortlist is ordered by worth, and by the policy's levers; what fits comes before what may
    fit.

    Args:
        kind_at: the kind of the item at a place of the ranking; asked for only where it matters.
    """
    barred = _barred(request, profile, policy, now)
    ceiling = _ceiling(request, catalogue, policy)
    excluded: dict[str, str] = {}
    shortlist: list[_Listed] = []
    ids, needs, cost = recommender.catalogue.ids, request.needs, asking.cost
    pricing, levers = policy.pricing, policy.pricing.levers
    kinds_matter = uplift.shares or pricing.lifetime_differs or levers.by_kind
    returns, topic = recommender.catalogue.return_rates, request.interaction.topic
    positions, chances = ranking.candidates.items.tolist(), ranking.probabilities.tolist()
    for place in ranking.order.tolist():
        position, chance = positions[place], chances[place]
        item_id = ids[position]
        item = catalogue.get(item_id)
        why = barred.get(item_id) or _unsellable(item)
        fitting = judge(item.attributes, needs) if item and needs else None
        if why is None and fitting is not None and fitting.verdict == fit.DOES_NOT_FIT:
            why = fit.DOES_NOT_FIT
        if why is None and item and ceiling is not None and item.price > ceiling:
            why = "dearer"
        if why or item is None:
            excluded[item_id] = why or "unknown_item"
            continue
        kind = kind_at(place) if kinds_matter else None
        prospect = prospect_of(
            item, uplift.share(kind, topic) * chance, uplift.source,
            ranking.table[place, _LAST_QUANTITY], returns[position],
            pricing.lifetime_of(kind), policy.margin_rate, pricing,
        )  # fmt: skip
        about = rough_worth(prospect, pricing, cost)
        unsure = fitting is not None and bool(fitting.missing)
        lever = levers.of(item_id, kind) if levers else None
        shortlist.append(_Listed(unsure, about, place, prospect, chance, fitting, lever))
        if len(shortlist) == policy.shortlist:
            break
    chosen = _weigh(shortlist, request.limit, asking, pricing, excluded)
    reason = None if chosen else ("not_worth_it" if shortlist else "nothing_fits")
    pulled = _cost_of_levers(shortlist, chosen, asking, pricing) if levers and chosen else None
    return Choice(chosen, reason, excluded, pulled)


def _weigh(
    shortlist: list[_Listed],
    limit: int,
    asking: Asking,
    pricing: Pricing,
    excluded: dict[str, str],
) -> list[Chosen]:
    """Those worth asking for, at most `limit`; the others become `not_worth_it`.

    Ordered roughly first, so that few need the exact sum, and then by that.
    """
    chosen: list[tuple[bool, float, int, Chosen]] = []
    for one in sorted(shortlist, key=lambda one: (one.unsure, -_pulled(one, one.about), one.place)):
        if len(chosen) == limit:
            break
        worth = worth_of_asking(one.prospect, pricing, asking)
        if worth.total > 0:
            rank = one.unsure, -_pulled(one, float(worth.total)), one.place
            item = one.prospect.item
            chosen.append((*rank, Chosen(item, one.place, one.probability, worth, one.fit)))
        else:
            excluded[one.prospect.item.id] = "not_worth_it"
    chosen.sort(key=itemgetter(0, 1, 2))
    return [one for *_, one in chosen]


def _pulled(one: _Listed, worth: float) -> float:
    """What an item is ordered by; a lever moves nothing that is not worth asking for."""
    if one.lever is None or worth <= 0:
        return worth
    return max(0.0, worth * float(one.lever[1].times) + float(one.lever[1].plus))


def _cost_of_levers(
    shortlist: list[_Listed], chosen: list[Chosen], asking: Asking, pricing: Pricing
) -> LeverCost | None:
    """What would come first is worth, less what does; None: no lever is on anything chosen."""
    pulled = {one.place: one.lever[0] for one in shortlist if one.lever}
    free = [msgspec.structs.replace(one, lever=None) for one in shortlist]
    first = _weigh(free, len(chosen), asking, pricing, {})[0]
    applied = tuple(dict.fromkeys(pulled[one.place] for one in chosen if one.place in pulled))
    if not applied and first.place == chosen[0].place:
        return None
    cost = max(first.worth.total - chosen[0].worth.total, Decimal(0))  # below: rounded cents
    return LeverCost(first.item.id, cost, applied)


def _barred(
    request: SuggestionRequest, profile: Profile, policy: Policy, now: datetime
) -> dict[str, str]:
    """Items that may not be suggested to this customer in this contact, and why."""
    barred = dict.fromkeys(request.exclude_item_ids, "excluded_by_request")
    for reply in profile.replies:
        recent = now - reply.at < policy.declined_item
        if reply.result == "declined" and reply.item_id and recent:
            barred[reply.item_id] = "declined_recently"
    for item in request.interaction.items:
        if item.reason in policy.returned:
            barred[item.item_id] = "returned_now"
    return barred


def _ceiling(
    request: SuggestionRequest, catalogue: Mapping[str, Item], policy: Policy
) -> Decimal | None:
    """The dearest item of a contact after which nothing dearer is offered; None: no limit."""
    contact = request.interaction
    if contact.topic not in policy.nothing_dearer:
        return None
    known = (catalogue.get(item.item_id) for item in contact.items)
    return max((item.price for item in known if item is not None), default=None)


def _unsellable(item: Item | None) -> str | None:
    if item is None:
        return "unknown_item"
    if not item.sellable:
        return "not_sellable"
    if item.stock is not None and item.stock <= 0:
        return "out_of_stock"
    return "known_issue" if item.known_issue else None
