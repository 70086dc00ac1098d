"""From a ranking to what may be asked: left out, fitting, worth it; best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

import msgspec

from models import fit
from models.domain import Item, SuggestionRequest
from models.fit import Fit
from models.recommender import Ranking, Recommender
from service.decision.barred import Limits
from service.decision.policy import Policy
from service.decision.question import Question, Weighed, question_of
from service.decision.wanted import NOTHING, Wanted, wanted_of
from service.decision.worth import Worth, rough_worth, worth_of_asking


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """One item worth asking for; `place` is its row in the ranking's arrays."""

    item: Item
    place: int
    probability: float
    worth: Worth
    fit: Fit | None


class Choice(msgspec.Struct, frozen=True):
    """What is left: `chosen` best first; `reason` says why nothing is; `excluded` by item id.

    `misfits` are the items that do not fit: those that the customer asks about, the likeliest.
    """

    chosen: list[Chosen]
    reason: str | None
    excluded: dict[str, str]
    misfits: Sequence[str] = ()
    question: Question | None = None
    wanted: Wanted = NOTHING


def choose(
    ranking: Ranking,
    recommender: Recommender,
    catalogue: Mapping[str, Item],
    request: SuggestionRequest,
    limits: Limits,
    policy: Policy,
    cost_of_asking: Decimal,
) -> Choice:
    """Look at the likeliest items until `policy.shortlist` may be sold, and keep what is worth it.

    The shortlist is ordered by worth; what fits comes before what may fit.
    """
    wanted = wanted_of(request, catalogue)
    misfits = wanted.named_misfits()
    excluded = dict.fromkeys(misfits, fit.DOES_NOT_FIT)
    shortlist: list[tuple[bool, float, int, Item, float, Fit | None]] = []
    ids, asking = recommender.catalogue.ids, float(cost_of_asking)
    positions, chances = ranking.candidates.items.tolist(), ranking.probabilities.tolist()
    for place in ranking.order.tolist():
        item_id, chance = ids[positions[place]], chances[place]
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
        about = rough_worth(item, chance, policy.margin_rate, asking)
        unsure = fitting is not None and bool(fitting.missing)
        shortlist.append((unsure, -about, place, item, chance, fitting))
        if len(shortlist) == policy.shortlist:
            break
    chosen: list[Chosen] = []
    for _, _, place, item, chance, fitting in sorted(shortlist, key=itemgetter(0, 1, 2)):
        if len(chosen) == request.limit:
            break
        worth = worth_of_asking(item, chance, policy.margin_rate, cost_of_asking)
        if worth.total > 0:
            chosen.append(Chosen(item, place, chance, worth, fitting))
        else:
            excluded[item.id] = "not_worth_it"
    reason = None if chosen else ("not_worth_it" if shortlist else limits.nothing_left)
    weighed = [Weighed(item, fitting, -about) for _, about, _, item, _, fitting in shortlist]
    return Choice(chosen, reason, excluded, misfits, question_of(weighed, wanted), wanted)
