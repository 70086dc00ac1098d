"""What the law of the customer's place says of a contact, before anything is offered.

The rules are data (`service/scripts/law/`); what they ask of the words themselves is checked with
the words. A rule that forbids the ask names the reason code.
"""

from __future__ import annotations

from typing import NamedTuple

from models.domain import Interaction
from service.profile import Profile
from service.scripts.law_checks import Contact, denied
from service.scripts.library import Library


class Denial(NamedTuple):
    """`reason` is one of NO_OFFER_REASONS, `rule` such as `gb.pecr_22`."""

    reason: str
    rule: str


def denials(contact: Interaction, profile: Profile, library: Library) -> list[Denial]:
    """Every rule that forbids an ask on this channel, those of everywhere first."""
    customer, law = profile.customer, library.law
    asked = Contact(
        public=contact.public,
        objected=customer.objected,
        marketing=customer.marketing,
        vulnerable=bool(customer.vulnerable),
        bought=bool(profile.bought.ordered),
    )
    found = []
    for rule in law.on(law.jurisdiction(customer.locale), library.channel_like(contact.channel)):
        reason = denied(rule.requires, asked)
        if reason:
            found.append(Denial(reason, rule.id))
    return found


def rule_behind(reason: str, found: list[Denial]) -> str | None:
    """The rule that asks for what a gate has closed for, where there is one."""
    return next((one.rule for one in found if one.reason == reason), None)
