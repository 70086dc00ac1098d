"""Treatment or holdout, by the policy; read after eligibility."""

from __future__ import annotations

from models import arm
from service.decision.policy import Policy


def arm_of(customer_id: str, policy: Policy) -> str:
    """The arm that `models/arm.py` draws for this policy."""
    return arm.arm_of(customer_id, experiment_of(policy))


def experiment_of(policy: Policy) -> arm.Experiment:
    """Who is held out, as the made shop is told too."""
    return arm.Experiment(policy.holdout_experiment, policy.holdout_salt, policy.holdout_share)
