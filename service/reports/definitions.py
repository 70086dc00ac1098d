"""What every number of the recovery report means, in words that a packer understands.

Shown under the report for people. A change of meaning is a new VERSION, so that two reports are
only compared when their versions are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERSION: Final = "1"
LONGEST: Final = 200
"""Characters; whoever needs more has not understood it yet."""

DEFINITIONS: Final[Mapping[str, str]] = {
    "contacts": (
        "All contacts that were resolved, or else reached us, on the days of the report (UTC)."
    ),
    "eligible": (
        "Contacts in which every rule allowed an ask, before chance put some customers in the "
        "holdout."
    ),
    "asked": "Contacts in which the customer accepted, declined or said maybe later.",
    "accepted": "Contacts in which the customer said yes to at least one suggested item.",
    "unreported": (
        "Contacts with an offer on the screen of which nobody has told us what happened. "
        "Not the same as declined."
    ),
    "customers": (
        "Different customers of the eligible contacts: those we may ask, and the holdout, whom "
        "we never ask."
    ),
    "service cost": (
        "Each contact's own cost where we know it; else its handle time at the hourly rate plus "
        "the channel's fee; else the channel's cost per contact."
    ),
    "asking": (
        "The part of the service cost that went into asking: the seconds of every ask really "
        "made, at the hourly rate. It is inside the service cost, not on top of it."
    ),
    "same contact": (
        "What customers said yes to in the contact: its lines in the named order less their "
        "refunds, nothing if cancelled; the suggested price until that order is known."
    ),
    "attributed": (
        "All orders placed within the window after a contact, less refunds, plus accepted items "
        "that are in none of them. Many of these orders would have come anyway."
    ),
    "incremental": (
        "What would not have come without the ask, measured against the holdout. "
        "The number to decide by."
    ),
    "net": "Incremental sales less the cost of goods, refunds and the cost of asking.",
    "ratio": (
        "Sales divided by service cost. At 0.30 they are 30 percent of it, at 4.00 four times "
        "it. Empty when nothing was spent."
    ),
}
