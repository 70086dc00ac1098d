"""Quiet hours: what is sent, rather than spoken, waits until the customer is up."""

from __future__ import annotations

from service.decision.situation import Closed, Situation
from service.decision.zones import zone, zones_of_customer

SOURCE = "47 CFR 64.1200(c)(1): not before 8 and after 21 in the recipient's time"


def quiet_hours(situation: Situation) -> Closed | None:
    """On channels that are sent, and by the clock of every zone that the customer may be in."""
    channel = situation.policy.channels.get(situation.interaction.channel)
    if channel is None or not channel.sent:
        return None
    quiet = situation.policy.gates.quiet
    for name in zones_of_customer(situation.customer, quiet.territory):
        there = situation.now.astimezone(zone(name)).time()
        if quiet.begins <= quiet.ends:
            asleep = quiet.begins <= there < quiet.ends
        else:
            asleep = there >= quiet.begins or there < quiet.ends
        if asleep:
            return Closed("quiet_hours", f"it is {there:%H:%M} in {name}", SOURCE)
    return None
