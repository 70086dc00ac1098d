"""From a ranking to what may be asked: left out, fitting, worth it; best first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

import msgspec

from models import fit
from models.domain import Item, SuggestionRequest
from models.fit import Fit, judge
from models.recommender import Ranking, Recommender
from service.decision.policy import Policy
from service.decision.worth import Worth, rough_worth, worth_of_asking
from service.profile import Profile


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """One item worth asking for; `place` is its row in the ranking's arrays."""

    item: Item
    place: int
    probability: float
    worth: Worth
    fit: Fit | None


class Choice(msgspec.Struct, frozen=True):
    """What is left: `chosen` best first; `reason` says why nothing is; `excluded` by item id."""

    chosen: list[Chosen]
    reason: str | None
    excluded: dict[str, str]


def choose(
    ranking: Ranking,
    recommender: Recommender,
    catalogue: Mapping[str, Item],
    request: SuggestionRequest,
    profile: Profile,
    policy: Policy,
    cost_of_asking: Decimal,
    now: datetime,
) -> Choice:
    """Look at the likeliest items until `policy.shortlist` may be sold, and keep what is worth it.

    The shortlist is ordered by worth; what fits comes before what may fit. More than the request's
    limit are chosen where chance may decide between them; `explore` cuts the list.
    """
    barred = _barred(request, profile, policy, now)
    ceiling = _ceiling(request, catalogue, policy)
    excluded: dict[str, str] = {}
    shortlist: list[tuple[bool, float, int, Item, float, Fit | None]] = []
    ids, needs, asking = recommender.catalogue.ids, request.needs, float(cost_of_asking)
    positions, chances = ranking.candidates.items.tolist(), ranking.probabilities.tolist()
    for place in ranking.order.tolist():
        item_id, chance = ids[positions[place]], chances[place]
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
        about = rough_worth(item, chance, policy.margin_rate, asking)
        unsure = fitting is not None and bool(fitting.missing)
        shortlist.append((unsure, -about, place, item, chance, fitting))
        if len(shortlist) == policy.shortlist:
            break
    chosen: list[Chosen] = []
    for _, _, place, item, chance, fitting in sorted(shortlist, key=itemgetter(0, 1, 2)):
        if len(chosen) == max(request.limit, policy.explore.looked_at):
            break
        worth = worth_of_asking(item, chance, policy.margin_rate, cost_of_asking)
        if worth.total > 0:
            chosen.append(Chosen(item, place, chance, worth, fitting))
        else:
            excluded[item.id] = "not_worth_it"
    reason = None if chosen else ("not_worth_it" if shortlist else "nothing_fits")
    return Choice(chosen, reason, excluded)


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
