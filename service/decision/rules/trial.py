"""The first order is a test of the shop: was it acceptable, and fair value, was I treated right,
was it correct without a contact? What failed limits what may be suggested next.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from service.dealings import Contact
from service.decision.rules.matter import LONGEST, contacts_until
from service.decision.situation import Closed, Situation

SOURCE = "A first order is a test of the shop: acceptable, fair value, treated right, no contact"
FAIR_VALUE = "fair value"
ACCEPTABLE = "acceptable"
TREATED_RIGHT = "treated right"
CORRECT = "correct without contact"


class Trial(msgspec.Struct, frozen=True):
    """What of the four questions a first order failed.

    Attributes:
        failed: each of them with the evidence.
        unacceptable: the items that came back for themselves.
    """

    failed: dict[str, str]
    unacceptable: frozenset[str]


def trial_of(situation: Situation) -> Trial | None:
    """How the one order of a first-time buyer went; None of anybody else, or where all is well."""
    bought = situation.profile.bought
    if len(bought.ordered) != 1 or bought.ordered[0] > situation.moment.timestamp():
        return None
    since = datetime.fromtimestamp(bought.ordered[0], UTC)
    told = [one for one in contacts_until(situation, LONGEST) if one.at >= since]
    unacceptable = dict(_came_back(situation, told))
    failed = {}
    if unacceptable:
        failed[ACCEPTABLE] = ", ".join(f"{item} {why}" for item, why in unacceptable.items())
    for question, judge in _QUESTIONS.items():
        evidence = next((why for one in told if (why := judge(one, situation))), None)
        if evidence:
            failed[question] = evidence
    return Trial(failed, frozenset(unacceptable)) if failed else None


def failed_trial(situation: Situation) -> Closed | None:
    """Who was disappointed in several ways by the first order is not asked for a second."""
    trial = trial_of(situation)
    if trial is None or len(trial.failed) < situation.policy.gates.trial.failed:
        return None
    evidence = "; ".join(f"not {question}: {why}" for question, why in trial.failed.items())
    return Closed("repeated_failure", f"first order {evidence}", SOURCE)


def _came_back(situation: Situation, told: list[Contact]) -> Iterator[tuple[str, str]]:
    """Items that came back for themselves, and why.

    A refund whose reason no contact tells speaks against its item; one for its size does not.
    """
    reasons = {item.item_id: item.reason for one in told for item in one.items if item.reason}
    for refund in situation.profile.dealings.refunds:
        if refund.at <= situation.moment and refund.item_id not in reasons:
            yield refund.item_id, "was refunded"
    ordered = set(situation.profile.bought.item_ids)
    for item_id, reason in reasons.items():
        if item_id in ordered and reason in situation.policy.gates.trial.unacceptable:
            yield item_id, reason


def _too_dear(contact: Contact, situation: Situation) -> str | None:
    if contact.topic == "price":
        return f"{contact.id} was about the price"
    dear = [item.item_id for item in contact.items if item.reason == "too_expensive"]
    return f"{dear[0]} too_expensive" if dear else None


def _upset(contact: Contact, situation: Situation) -> str | None:
    if contact.mood in situation.policy.gates.trial.upset:
        return f"{contact.id} left the customer {contact.mood}"
    failed = contact.status in situation.policy.gates.failure.statuses
    return f"{contact.id} was {contact.status}" if failed else None


def _order_error(contact: Contact, situation: Situation) -> str | None:
    if contact.topic in situation.policy.gates.trial.errors:
        return f"{contact.id} was about {contact.topic}"
    failed = contact.fault in situation.policy.gates.failure.faults
    return f"{contact.id} by fault of {contact.fault}" if failed else None


_QUESTIONS = {FAIR_VALUE: _too_dear, TREATED_RIGHT: _upset, CORRECT: _order_error}
