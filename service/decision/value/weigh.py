"""From a shortlist to what is worth asking for, in order of worth and of the policy's levers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import itemgetter

import msgspec

from models.fit import Fit
from service.decision.policy_file.worth import Pricing
from service.decision.value.asking import Asking
from service.decision.value.levers import Lever, LeverCost
from service.decision.worth import Prospect, Worth, worth_of_asking


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

    @property
    def unsure(self) -> bool:
        """What fits comes before what may fit."""
        return self.fit is not None and bool(self.fit.missing)


Weighted = tuple[Listed, Worth]


def weigh(
    shortlist: Iterable[Listed], limit: int, asking: Asking, pricing: Pricing
) -> tuple[list[Weighted], list[str]]:
    """(those worth asking for, best first and at most `limit`; ids of those looked at in vain).

    They are ordered roughly first, so that few need the exact sum, and then by that.
    """
    worth_it: list[tuple[bool, float, int, Weighted]] = []
    in_vain = []
    for _, _, _, one in sorted(
        [(one.unsure, -_pulled(one, one.about), one.place, one) for one in shortlist],
        key=itemgetter(0, 1, 2),
    ):
        if len(worth_it) == limit:
            break
        worth = worth_of_asking(one.prospect, pricing, asking)
        if worth.total > 0:
            exact = -_pulled(one, float(worth.total))
            worth_it.append((one.unsure, exact, one.place, (one, worth)))
        else:
            in_vain.append(one.prospect.item.id)
    worth_it.sort(key=itemgetter(0, 1, 2))
    return [weighted for *_, weighted in worth_it], in_vain


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


def _pulled(one: Listed, worth: float) -> float:
    """What an item is ordered by; a lever moves nothing that is not worth asking for."""
    if one.lever is None or worth <= 0:
        return worth
    lever = one.lever[1]
    return max(0.0, worth * float(lever.times) + float(lever.plus))
