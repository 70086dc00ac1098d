"""What this contact asks of an item: stated needs, and what the reasons of a return rule out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from models.domain import Interaction, Item, SuggestionRequest
from models.fit import DOES_NOT_FIT, Bound, Fit, judge
from models.needs import (
    OF_SIZE,
    attribute_at_fault,
    bound_of,
    bound_of_return,
    possibly_at_fault,
)


class Unclear(msgspec.Struct, frozen=True, gc=False):
    """A reason that bounds nothing yet: which attribute it was, or how large that is, is open.

    Attributes:
        attributes: the one that was named and has no value, or those that it may have been.
        bounds: what each would rule out; empty where the value is missing.
    """

    returned: Item
    reason: str
    attributes: Sequence[str]
    bounds: Sequence[Bound] = ()


class Wanted(msgspec.Struct, frozen=True):
    """Worked out once per request.

    Attributes:
        needs: they hold for every item.
        of_category: needs and what came back from this category, for its items.
        unclear: the reasons that would rule out more if one question were answered.
        nothing_dearer: than this, where something was defective.
        cheaper_than: this, where something was too expensive.
        named: items that the customer asks about.
    """

    needs: tuple[Bound, ...] = ()
    of_category: Mapping[str | None, tuple[Bound, ...]] = msgspec.field(default_factory=dict)
    unclear: Sequence[Unclear] = ()
    nothing_dearer: Decimal | None = None
    cheaper_than: Decimal | None = None
    named: Sequence[Item] = ()

    def judge(self, item: Item) -> Fit | None:
        """None where nothing is asked of such an item."""
        bounds = self.bounds_for(item)
        return judge(item, bounds) if bounds else None

    def bounds_for(self, item: Item) -> tuple[Bound, ...]:
        return self.of_category.get(item.category, self.needs)

    def named_misfits(self) -> list[str]:
        """Ids of what the customer asks about and what does not fit."""
        judged = [(item.id, self.judge(item)) for item in self.named]
        return [item_id for item_id, one in judged if one and one.verdict == DOES_NOT_FIT]

    def dearer(self, item: Item) -> bool:
        """Whether its price speaks against it after what came back."""
        if self.cheaper_than is not None and item.price >= self.cheaper_than:
            return True
        return self.nothing_dearer is not None and item.price > self.nothing_dearer


NOTHING: Final = Wanted()


def wanted_of(request: SuggestionRequest, catalogue: Mapping[str, Item]) -> Wanted:
    """Needs and reasons as bounds. An item that came back speaks for its own category alone.

    Whoever sends back a bookcase that was too wide does not ask for a narrower sofa. Prices hold
    for everything: nothing dearer than the dearest that was defective, and cheaper than whatever
    was too expensive.
    """
    contact = request.interaction
    against = [one for one in contact.items if one.reason is not None]
    if not request.needs and not against:
        return NOTHING
    needs = tuple([bound_of(need) for need in request.needs])
    of_category: dict[str | None, tuple[Bound, ...]] = {}
    unclear: list[Unclear] = []
    defective: list[Decimal] = []
    too_expensive: list[Decimal] = []
    for one in against:
        returned, reason = catalogue.get(one.item_id), one.reason
        if returned is None:
            continue
        if reason == "defective":
            defective.append(returned.price)
        elif reason == "too_expensive":
            too_expensive.append(returned.price)
        elif reason in OF_SIZE:
            named = attribute_at_fault(one)
            among = [named] if named else possibly_at_fault(returned)
            bounds = [bound_of_return(returned, attribute, reason) for attribute in among]
            known = tuple([bound for bound in bounds if bound is not None])
            if named and known:
                so_far = of_category.get(returned.category, needs)
                of_category[returned.category] = so_far + known
            elif among:
                unclear.append(Unclear(returned, reason, among, known))
    about = _asked_about(contact, catalogue)
    if not (needs or of_category or unclear or defective or too_expensive or about):
        return NOTHING
    return Wanted(
        needs,
        of_category,
        unclear,
        nothing_dearer=max(defective, default=None),
        cheaper_than=min(too_expensive, default=None),
        named=about,
    )


def _asked_about(contact: Interaction, catalogue: Mapping[str, Item]) -> list[Item]:
    """What the contact names and nothing was said against, where it is no purchase of before.

    That is so in a question about a product, and beside an item that comes back for a reason.
    """
    if contact.topic != "product_question" and all(one.reason is None for one in contact.items):
        return []
    found = (catalogue.get(one.item_id) for one in contact.items if one.reason is None)
    return [item for item in found if item is not None]
