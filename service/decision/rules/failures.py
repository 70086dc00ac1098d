"""Repeated failure: a customer forgives once."""

from __future__ import annotations

from service.dealings import Contact
from service.decision.rules.matter import contacts_until, same_matter
from service.decision.situation import Closed, Situation, counted

SOURCE = "Maxham and Netemeyer, Journal of Marketing 2002: recovery wins back once, not twice"


def failures(situation: Situation) -> list[Contact]:
    """Contacts that tell of a failure each, the one decided about included.

    By its fault a contact is a failure once for each matter: who calls twice about a lamp that
    came broken met one. A contact that was reopened or escalated is one by itself, since there the
    mending failed.
    """
    policy = situation.policy.gates
    found: list[Contact] = []
    told: list[Contact] = []
    for contact in contacts_until(situation, policy.failure.within):
        by_status = contact.status in policy.failure.statuses
        if not by_status and contact.fault not in policy.failure.faults:
            continue
        if by_status or not any(same_matter(one, contact, policy.repeat) for one in told):
            found.append(contact)
        told.append(contact)
    return found


def repeated_failure(situation: Situation) -> Closed | None:
    """A second failure soon after the first is a double deviation; then nothing is sold.

    Counts whether or not the contact decided about is one of them. Maxham and Netemeyer 2002.
    """
    limit = situation.policy.gates.failure
    found = failures(situation)
    if len(found) < limit.often:
        return None
    ids = ", ".join(contact.id for contact in found)
    evidence = f"{counted(len(found), 'failure')} in {limit.within.days} days: {ids}"
    return Closed("repeated_failure", evidence, SOURCE)
