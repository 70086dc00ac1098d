"""How dear an item an agent may sell without asking a supervisor."""

from __future__ import annotations

from decimal import Decimal

from models.domain import Interaction
from service.decision.policy import Policy


def authority_of(contact: Interaction, policy: Policy) -> Decimal | None:
    """In the ledger's currency; None where no agent is concerned, since the page asks by itself.

    What the desk says of this agent goes before what the policy says of the employer; of an
    employer that nobody names the lowest limit holds.
    """
    if contact.agent_authority is not None:
        return contact.agent_authority.amount
    channel = policy.channels.get(contact.channel)
    if channel is not None and channel.like == "web":
        return None
    limits = policy.gates.authority
    if contact.employer is None:
        return min(limits.values())
    return limits[contact.employer]
