"""From a shortlist to what is worth asking for, in order of worth and of the policy's levers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from models.fit import Fit
from service.decision.policy_file.worth import Pricing
from service.decision.value.asking import Asking
from service.decision.value.levers import Lever, LeverCost
from service.decision.worth import ROUNDED_OFF, Prospect, Worth, worth_of_asking


class Listed(msgspec.Struct, frozen=True, gc=False):
    """An item of the shortlist.

    Attributes:
        about: its rough worth.
        place: its row in the ranking's arrays.
        lever: the one that moves it, with its name.
    """

    about: float
    place: int
    probability: float
    prospect: Prospect
    fit: Fit | None
    lever: tuple[str, Lever] | None


Weighted = tuple[Listed, Worth]


def weigh(
    shortlist: Iterable[Listed], limit: int, asking: Asking, pricing: Pricing
) -> tuple[list[Weighted], list[str]]:
    """(those worth asking for, best first and at most `limit`; ids of those looked at in vain).

    They are ordered roughly first, so that few need the exact sum, and then by that.
    """
    worth_it: list[Weighted] = []
    in_vain = []
    for one in sorted(shortlist, key=lambda one: _order(one, one.about)):
        if len(worth_it) == limit:
            break
        if one.about > -ROUNDED_OFF:
            worth = worth_of_asking(one.prospect, pricing, asking)
            if worth.total > 0:
                worth_it.append((one, worth))
                continue
        in_vain.append(one.prospect.item.id)
    worth_it.sort(key=lambda weighted: _order(weighted[0], float(weighted[1].total)))
    return worth_it, in_vain


def cost_of_levers(
    shortlist: Sequence[Listed], weighted: Sequence[Weighted], asking: Asking, pricing: Pricing
) -> LeverCost | None:
    """What would come first is worth, less what does; None: no lever is on anything chosen.

    Args:
        weighted: what was chosen of the shortlist, at least one.
    """
    free = [msgspec.structs.replace(one, lever=None) for one in shortlist]
    (first, best), *_ = weigh(free, len(weighted), asking, pricing)[0]
    applied = tuple(dict.fromkeys(one.lever[0] for one, _ in weighted if one.lever))
    if not applied and first.place == weighted[0][0].place:
        return None
    cost = best.total - weighted[0][1].total
    return LeverCost(first.prospect.item.id, max(cost, Decimal(0)), applied)


def _order(one: Listed, worth: float) -> tuple[bool, float, int]:
    """What fits comes before what may fit, then what is worth more.

    A lever moves nothing that is not worth asking for.
    """
    if one.lever is not None and worth > 0:
        lever = one.lever[1]
        worth = max(0.0, worth * float(lever.times) + float(lever.plus))
    return one.fit is not None and bool(one.fit.missing), -worth, one.place
