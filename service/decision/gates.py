"""May we ask at all? Ordered rules; the first that closes gives the reason.

Pure: a gate sees the contact, the customer's profile, the policy and the time, nothing else. What
the contact says comes first, then what the customer said, then what is looked back at. The limits
and their sources are in `policy.toml`; the rules beside this file.
"""

from __future__ import annotations

from typing import Final

from service.decision.rules.contact import (
    angry,
    high_effort,
    not_resolved,
    public_channel,
    severe,
)
from service.decision.rules.customer import (
    declined_recently,
    fatigue,
    just_converted,
    objected,
    opted_out,
    unprofitable,
    vulnerable,
)
from service.decision.rules.failures import repeated_failure
from service.decision.rules.quiet import quiet_hours
from service.decision.rules.trial import failed_trial
from service.decision.situation import Closed, Gate, Situation

__all__ = ["GATES", "Situation", "first_closed"]

GATES: Final[tuple[Gate, ...]] = (
    not_resolved,
    public_channel,
    objected,
    opted_out,
    vulnerable,
    angry,
    severe,
    repeated_failure,
    failed_trial,
    high_effort,
    fatigue,
    declined_recently,
    just_converted,
    quiet_hours,
    unprofitable,
)


def first_closed(situation: Situation) -> Closed | None:
    """Why not to ask, or None when every gate is open."""
    for gate in GATES:
        closed = gate(situation)
        if closed is not None:
            return closed
    return None
