"""Treatment or holdout? A customer is always in the same arm, on every channel.

The service asks for every decision, and the made shop for the asks of its past.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Experiment:
    """Who is held out: `share` of all customers, drawn anew by another `name` or `salt`."""

    name: str
    salt: str
    share: float


def arm_of(customer_id: str, experiment: Experiment) -> str:
    """SHA-256 of salt, experiment and customer into 10,000 buckets; read after eligibility.

    >>> arm_of("C-1001", Experiment("first", "pepper", 0.5))
    'treatment'
    """
    key = f"{experiment.salt}\x1f{experiment.name}\x1f{customer_id}"
    bucket = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % BUCKETS
    return "holdout" if bucket < experiment.share * BUCKETS else "treatment"
