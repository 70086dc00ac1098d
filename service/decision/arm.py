"""Treatment or holdout? A customer is always in the same arm, on every channel."""

from __future__ import annotations

import hashlib

from service.decision.policy import Policy

BUCKETS = 10_000


def arm_of(customer_id: str, policy: Policy) -> str:
    """SHA-256 of salt, experiment and customer into 10,000 buckets; read after eligibility."""
    key = f"{policy.holdout_salt}\x1f{policy.holdout_experiment}\x1f{customer_id}"
    bucket = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % BUCKETS
    return "holdout" if bucket < policy.holdout_share * BUCKETS else "treatment"
