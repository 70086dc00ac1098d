"""Limits that are each possible and contradict each other, found when a policy is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.domain import MOODS, SEVERITIES
from service.decision.rules.zones import zones_of

if TYPE_CHECKING:
    from service.decision.policy import Policy


def contradictions(policy: Policy) -> Iterator[str]:
    """One line for each, which begins with the entry to mend."""
    often, within = policy.declined_often_silence, policy.declined_often_within
    if within > often:
        yield (
            f"declined.often_within_days is {within.days}, above declined.often_silence_days "
            f"({often.days}): the silence would end while the declines still count"
        )
    if often < policy.declined_silence:
        yield (
            f"declined.often_silence_days is {often.days}, below declined.silence_days "
            f"({policy.declined_silence.days}): several declines would silence for less than one"
        )
    if policy.gates.quiet.begins == policy.gates.quiet.ends:
        yield (
            f"quiet.begins and quiet.ends are both {policy.gates.quiet.begins:%H:%M}: "
            "that is never or always; for no quiet hours let no channel say sent = true"
        )
    if not zones_of(policy.gates.quiet.territory):
        yield f"quiet.territory is {policy.gates.quiet.territory!r}: use a country such as GB"
    for channel in policy.channels.values():
        if channel.asks == 0 and channel.seconds > 0:
            yield (
                f"channels.{channel.name}.asks is 0, yet an ask takes {channel.seconds} seconds: "
                "set seconds = 0, too, or allow asks"
            )
    if not any(channel.asks for channel in policy.channels.values()):
        yield "channels: asks is 0 on every channel, so nobody is ever asked; allow asks on one"
    for entry, blocked, scale in (
        ("severity.blocks", policy.severe, SEVERITIES),
        ("mood.blocks", policy.angry, MOODS),
    ):
        mildest = next((place for place, word in enumerate(scale) if word in blocked), len(scale))
        passed = [word for word in scale[mildest:] if word not in blocked]
        if passed:
            yield f"{entry} has {scale[mildest]!r} and not {passed[0]!r}, which is worse; add it"
