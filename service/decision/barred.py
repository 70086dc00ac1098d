"""What may not be suggested to this customer in this contact, though asking is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from models.candidates.together import Together
from models.domain import Interaction, Item, SuggestionRequest
from models.moment import GIVING_BACK
from models.recommender import Recommender
from service.decision.policy import Policy
from service.decision.rules.customer import converted, newest_order
from service.decision.rules.matter import LONGEST, contacts_until
from service.decision.rules.trial import ACCEPTABLE, Trial, trial_of
from service.decision.situation import Closed, Situation
from service.profile import SECONDS_A_DAY, Bought, numbers


class Limits(msgspec.Struct, frozen=True):
    """
    Attributes:
        barred: items and why, by id.
        ceiling: nothing dearer than this; None: no limit.
        categories: none of these.
        complements: only these; None: no limit.
        converted: says why where `complements` leave nothing.
    """

    barred: Mapping[str, str]
    ceiling: Decimal | None
    categories: frozenset[str]
    complements: frozenset[str] | None
    converted: Closed | None

    def why_not(self, item_id: str, item: Item | None) -> str | None:
        """Why an item may not be suggested; None when it may."""
        if item_id in self.barred:
            return self.barred[item_id]
        if item is None:
            return "unknown_item"
        if not item.sellable:
            return "not_sellable"
        if item.stock is not None and item.stock <= 0:
            return "out_of_stock"
        if item.known_issue:
            return "known_issue"
        if self.complements is not None and item_id not in self.complements:
            return "no_complement"
        if item.category in self.categories:
            return "disappointed_by_its_like"
        return "dearer" if self.ceiling is not None and item.price > self.ceiling else None

    @property
    def nothing_left(self) -> str:
        """The reason of an answer where not one item may be suggested."""
        return self.converted.reason if self.converted else "nothing_fits"


def limits_of(
    situation: Situation,
    request: SuggestionRequest,
    recommender: Recommender,
    catalogue: Mapping[str, Item],
) -> Limits:
    """All limits of one contact."""
    barred = _barred(request, situation)
    trial = trial_of(situation)
    ceiling = _lower(
        _ceiling_of_trouble(request.interaction, catalogue, situation.policy),
        _ceiling_of_trial(trial, situation.profile.bought),
    )
    disappointing = (catalogue.get(item_id) for item_id in (trial.unacceptable if trial else ()))
    categories = frozenset(item.category for item in disappointing if item and item.category)
    ordered_at = newest_order(situation)
    if ordered_at is None:
        return Limits(barred, ceiling, categories, None, None)
    ordered = _ordered_since(situation.profile.bought, ordered_at)
    barred |= dict.fromkeys(ordered, "just_ordered")
    evidence = f"ordered at {ordered_at.isoformat(timespec='minutes')}; nothing goes with it"
    return Limits(
        barred, ceiling, categories, complements_of(ordered, recommender), converted(evidence)
    )


def complements_of(item_ids: list[str], recommender: Recommender) -> frozenset[str]:
    """What is bought in one order with these items more than popularity explains.

    Substitutes meet one need and are rarely bought together: McAuley, Pandey and Leskovec 2015.
    """
    ids = recommender.catalogue.ids
    positions = ids.find(item_ids)
    together = next(one for one in recommender.sources if isinstance(one, Together))
    rows = positions[positions >= 0]
    near = together.neighbours[rows][together.weights[rows] > 0]
    return frozenset(ids[position] for position in set(near.tolist()))


def _barred(request: SuggestionRequest, situation: Situation) -> dict[str, str]:
    """Items by id, and why."""
    policy = situation.policy
    barred = dict.fromkeys(request.exclude_item_ids, "excluded_by_request")
    for reply in situation.profile.replies:
        recent = situation.now - reply.at < policy.declined_item
        if reply.result == "declined" and reply.item_id and recent:
            barred[reply.item_id] = "declined_recently"
    open_returns: dict[str, bool] = {}
    for contact in contacts_until(situation, LONGEST):  # the newest word about an item counts
        is_open = contact.topic in GIVING_BACK and contact.status != "resolved"
        open_returns |= {item.item_id: is_open for item in contact.items}
    barred |= {item_id: "open_return" for item_id, is_open in open_returns.items() if is_open}
    for item in request.interaction.items:
        if item.reason in policy.returned:
            barred[item.item_id] = "returned_now"
    return barred


def _ceiling_of_trouble(
    contact: Interaction, catalogue: Mapping[str, Item], policy: Policy
) -> Decimal | None:
    """The dearest item of a contact after which nothing dearer is offered."""
    if contact.topic not in policy.nothing_dearer:
        return None
    known = (catalogue.get(item.item_id) for item in contact.items)
    return max((item.price for item in known if item is not None), default=None)


def _ceiling_of_trial(trial: Trial | None, bought: Bought) -> Decimal | None:
    """A first order that was too dear, badly served or not correct is not topped by the next."""
    if trial is None or trial.failed.keys() <= {ACCEPTABLE}:
        return None
    return max((Decimal(str(price)) for price in numbers(bought.prices).tolist()), default=None)


def _lower(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [ceiling for ceiling in (one, other) if ceiling is not None]
    return min(known, default=None)


def _ordered_since(bought: Bought, ordered_at: datetime) -> list[str]:
    """Items of the day of that order (a day's orders are one), and of later ones."""
    day = ordered_at.timestamp() // SECONDS_A_DAY
    lines = zip(numbers(bought.placed).tolist(), bought.item_ids, strict=True)
    return [item_id for placed, item_id in lines if placed // SECONDS_A_DAY >= day]
