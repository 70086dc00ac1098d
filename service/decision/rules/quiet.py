"""Quiet hours: what is sent, rather than spoken, waits until the customer is up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.domain import Customer
from service.decision.policy_file.gates import Quiet
from service.decision.rules.zones import zone, zones_of_customer
from service.decision.situation import Closed, Situation

SOURCE = "47 CFR 64.1200(c)(1): not before 8 and after 21 in the recipient's time"


def quiet_hours(situation: Situation) -> Closed | None:
    """On channels that are sent, and by the clock of every zone that the customer may be in."""
    channel = situation.policy.channels.get(situation.interaction.channel)
    if channel is None or not channel.sent:
        return None
    quiet = situation.policy.gates.quiet
    names = zones_of_customer(situation.customer, quiet.territory)
    asleep = asleep_in(names, quiet, situation.now)
    if asleep is None:
        return None
    there = situation.now.astimezone(zone(asleep))
    return Closed("quiet_hours", f"it is {there:%H:%M} in {asleep}", SOURCE)


def asleep_in(names: Iterable[str], quiet: Quiet, at: datetime) -> str | None:
    """The first of the zones in which these hours are quiet at that time."""
    for name in names:
        there = at.astimezone(zone(name)).time()
        if quiet.begins <= quiet.ends:
            asleep = quiet.begins <= there < quiet.ends
        else:
            asleep = there >= quiet.begins or there < quiet.ends
        if asleep:
            return name
    return None


def not_before(customer: Customer, quiet: Quiet, now: datetime) -> datetime:
    """When a message may be sent to the customer: now, or when they are up wherever they may be.

    Where a country is so wide that no hour suits all of it, the morning of its last zone.
    """
    names = zones_of_customer(customer, quiet.territory)
    mornings = sorted(_morning(name, quiet, now, days) for name in names for days in range(3))
    for at in (now, *mornings):
        if at >= now and asleep_in(names, quiet, at) is None:
            return at
    return max(_morning(name, quiet, now, 1) for name in names)


def _morning(name: str, quiet: Quiet, now: datetime, days: int) -> datetime:
    """When the quiet hours end there, so many days after today, in UTC."""
    day = now.astimezone(zone(name)).date() + timedelta(days=days)
    return datetime.combine(day, quiet.ends, zone(name)).astimezone(now.tzinfo)
