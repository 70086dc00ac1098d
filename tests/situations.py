"""For tests of the gates: a customer and a contact that may be asked; a test names what matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models.domain import ContactItem, Customer, Interaction
from service.dealings import Contact, Dealings, Refunded, Sale
from service.decision.gates import Situation, first_closed
from service.decision.policy import Policy, load_policy
from service.profile import Ask, Bought, Profile, Reply, column_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = load_policy()
LIMITS = POLICY.gates
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
AT_THE_EDGE = [(-SECOND, True), (SECOND, False)]
"""(how far outside of a window, whether the gate is still closed)."""


def an_interaction(**changes: Any) -> Interaction:
    return replace(Interaction("case-1", "phone", "return", "resolved"), **changes)


def a_contact(ago: timedelta = DAY, **changes: Any) -> Contact:
    """An earlier one; `items` are ids, or pairs of id and reason."""
    items = tuple(
        ContactItem(*((item,) if isinstance(item, str) else item))
        for item in changes.pop("items", ())
    )
    facts = {"id": "earlier", "channel": "chat", "topic": "return", "status": "resolved"} | changes
    return Contact(at=NOW - ago, items=items, **facts)


def a_profile(
    customer: Customer | None = None,
    *,
    bought: Sequence[tuple[datetime, str, float]] = (),
    asks: Sequence[Ask] = (),
    replies: Sequence[Reply] = (),
    contacts: Sequence[Contact] = (),
    refunds: Sequence[Refunded] = (),
    sales: Sequence[Sale] = (),
) -> Profile:
    """`bought`: orders of one piece each, as (when, item, price)."""
    orders = sorted(bought)
    times = [at.timestamp() for at, _, _ in orders]
    columns = Bought(
        column_of(times),
        [item for _, item, _ in orders],
        column_of([1] * len(orders)),
        column_of(price for _, _, price in orders),
        [f"o{n}" for n in range(len(orders))],
        times,
    )
    dealings = Dealings(list(contacts), list(refunds), list(sales))
    return Profile(customer or Customer("17850"), 1, columns, list(asks), list(replies), dealings)


def a_situation(
    interaction: Interaction | None = None,
    profile: Profile | None = None,
    now: datetime = NOW,
    policy: Policy = POLICY,
) -> Situation:
    return Situation(interaction or an_interaction(), profile or a_profile(), policy, now, now)


def reason(*told: Any, **more: Any) -> str | None:
    """Of the first gate that closes."""
    closed = first_closed(a_situation(*told, **more))
    return closed.reason if closed else None


def evidence(*told: Any, **more: Any) -> str:
    """What the first gate that closes has found."""
    closed = first_closed(a_situation(*told, **more))
    assert closed is not None
    return closed.evidence
