"""While others wait: a short script now, or a message later to who agreed to such messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from models.domain import SuggestionRequest
from service.decision.choose import Choice
from service.decision.policy import Policy
from service.decision.value.asking import Asking, asking_of
from service.decision.value.queue import MISSING, NEUTRAL, QueuePrice, queue_price
from service.profile import Profile
from service.reports.costs import Costs

BY: Final = "email"
"""Sent when nobody waits; it takes the agent's seconds all the same."""


def now_or_later(
    request: SuggestionRequest,
    profile: Profile,
    policy: Policy,
    costs: Costs,
    choice_at: Callable[[Asking], Choice],
    now: datetime,
) -> tuple[Asking, Choice, str | None]:
    """(what an ask costs now, what is worth it, the channel on which to ask later instead).

    A channel is named only where the queue alone speaks against asking now, the customer agreed to
    marketing, and it would be worth it there. To ask there is a request of its own, with its gates.
    """
    contact = request.interaction
    queue = queue_price(request.queue, policy.pricing.queue, now)

    def cost_on(name: str, queue: QueuePrice) -> Asking:
        return asking_of(contact, policy.channel(name), profile, queue, policy, costs, now)

    asking = cost_on(contact.channel, queue)
    choice = choice_at(asking)
    may_write = profile.customer.marketing is True and BY in policy.channels
    if choice.reason == "not_worth_it" and queue.busy and may_write and contact.channel != BY:
        later = choice_at(cost_on(BY, QueuePrice(MISSING, NEUTRAL)))
        if later.chosen:
            return asking, choice, BY
    return asking, choice, None
