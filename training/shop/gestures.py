"""What the centre does beyond a contact, and how customers rate it.

One effort is useless: same-day shipping costs money and brings no order, nor a better rating.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.domain import FAULTS, MOODS, STATUSES, TOPICS
from training.shop.chance import Flags, Ints, stream
from training.shop.contacts import Contacts
from training.shop.occasions import Occasions
from training.shop.orders import NO

GOODWILL: Final = 0.25
"""Share of what went wrong by our fault or the carrier's that is made up for by a voucher."""
VOUCHERS: Final = (500, 1000, 1500)
"""Pence, each as likely."""
USELESS: Final = "same_day_shipping"
HURRIED: Final = {
    "exchange": 0.35, "damaged": 0.4, "wrong_item": 0.4, "delivery": 0.3, "order_change": 0.2,
}  # fmt: skip
"""Share of contacts, by topic, after which something is sent the same day."""
EFFORT_PENCE: Final = 600
RATES_US: Final = 0.3
RATED: Final = 4.6
"""The mean of the happiest, from which mood, trouble and tries take away."""
LOWERED: Final = {"happy": 0.0, "calm": 0.3, "upset": 1.1, "angry": 2.2}


@dataclass(frozen=True)
class Gestures:
    """(contacts,) each."""

    goodwill: Ints
    """Pence; 0 for none."""
    hurried: Flags
    """Whether the useless effort was made."""
    satisfaction: Ints
    """1 to 5, or NO."""


def make_gestures(seed: int, occasions: Occasions, contacts: Contacts) -> Gestures:
    """All drawn without a look at what the customers buy."""
    rng = stream(seed, "gestures")
    n, topic = len(contacts.at), occasions.topic[contacts.story]
    blamed = np.isin(contacts.fault, [FAULTS.index("ours"), FAULTS.index("carrier")])
    given = blamed & (rng.random(n) < GOODWILL)
    hurried = rng.random(n) < np.array([HURRIED.get(name, 0.0) for name in TOPICS])[topic]
    lowered = (
        np.array([LOWERED[mood] for mood in MOODS])[contacts.mood]
        + 0.6 * contacts.attempt
        + 0.8 * (contacts.status != STATUSES.index("resolved"))
        - 0.4 * given
    )
    rating = np.rint(RATED - lowered + rng.normal(0, 0.6, n)).clip(1, 5).astype(np.int64)
    return Gestures(
        goodwill=np.where(given, rng.choice(VOUCHERS, n), 0),
        hurried=hurried,
        satisfaction=np.where(rng.random(n) < RATES_US, rating, NO),
    )
