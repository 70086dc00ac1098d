"""Gates that look at the contact: how it ended, how it felt, and what it cost the customer."""

from __future__ import annotations

from models.domain import SEVERITIES, Interaction
from service.decision.rules.matter import contacts_until, same_matter
from service.decision.situation import Closed, Situation, counted

SERVICE_FIRST = "Service first: resolve, then offer"
EFFORT = "Dixon, Freeman and Toman, Harvard Business Review 2010; the limit is proposed"


def not_resolved(situation: Situation) -> Closed | None:
    """Resolve first, offer second: success depends on it (Zeitschrift für Betriebswirtschaft
    2/2011)."""
    status = situation.interaction.status
    if status == "resolved":
        return None
    return Closed(status, f"the contact is {status}", SERVICE_FIRST)


def public_channel(situation: Situation) -> Closed | None:
    """In public there is neither an offer nor anything personal."""
    if not situation.interaction.public:
        return None
    evidence = f"others can read this {situation.interaction.channel} contact"
    return Closed("public_channel", evidence, "Privacy: nothing personal in public")


def angry(situation: Situation) -> Closed | None:
    """Facts and feelings both gate: with the same facts, who is angry is not asked."""
    mood = situation.interaction.mood
    if mood not in situation.policy.angry:
        return None
    return Closed("angry", f"the customer is {mood}", "Facts and feelings both count; proposed")


def severe(situation: Situation) -> Closed | None:
    """Severity is the worse of the agent's and the customer's view; it lowers repurchase.

    Soares and Proença 2015, on 40,813 customers.
    """
    contact, blocks = situation.interaction, situation.policy.severe
    if contact.severity not in blocks and contact.customer_severity not in blocks:
        return None
    worst = worst_severity(contact)
    if worst not in blocks:
        return None
    views = {"the agent": contact.severity, "the customer": contact.customer_severity}
    evidence = ", ".join(f"{view} for {who}" for who, view in views.items() if view)
    return Closed("severe", evidence, "Soares and Proença 2015: severity lowers repurchase")


def worst_severity(contact: Interaction) -> str | None:
    """The worse of both views; None where nobody has one."""
    views = [view for view in (contact.severity, contact.customer_severity) if view]
    return max(views, key=SEVERITIES.index, default=None)


def high_effort(situation: Situation) -> Closed | None:
    """Transfers, rounds in the menu, repeats and a call for a person each are one step too many.

    Effort drives customers away: Dixon, Freeman and Toman, Harvard Business Review 2010. A contact
    is a repeat where the desk says that it is not the first. Where it says nothing, each earlier
    one about the same thing that did not resolve it counts; one that did was no step too many, and
    a story may go on over several channels.
    """
    contact, limit = situation.interaction, situation.policy.gates
    steps = {
        "transfer": contact.transfers,
        "menu loop": contact.loops or 0,
        "repeat contact": _repeats(situation),
        "call for a person": int(bool(contact.pressed_zero)),
    }
    if sum(steps.values()) <= limit.effort:
        return None
    plural = {"call for a person": "calls for a person"}
    named = [counted(n, step, plural.get(step)) for step, n in steps.items() if n]
    return Closed("high_effort", f"{', '.join(named)}; {limit.effort} are bearable", EFFORT)


def _repeats(situation: Situation) -> int:
    if situation.interaction.first_contact:
        return 0
    within = situation.policy.gates.repeat
    *earlier, current = contacts_until(situation, within)
    known = sum(one.status != "resolved" and same_matter(one, current, within) for one in earlier)
    return max(known, int(situation.interaction.first_contact is False))
