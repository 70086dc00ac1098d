"""One decision as it is kept: what was decided, why, from what, and the answer that was sent."""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.domain import Customer, Interaction


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A row of `decisions`, with the contact and the customer's facts that came with it.

    Attributes:
        expected_version: of the customer when the decision was taken; the row is written only if
            it still is the newest.
        record: JSON of features, sources, terms, exclusions and the holdout's shadow decision.
        body_digest: of the request, to tell a replay from a contradiction.
        answer: the response body.
    """

    suggestion_id: str
    interaction: Interaction
    customer: Customer
    expected_version: int
    decided_at: datetime
    decision: str
    reason: str | None
    eligible: bool
    arm: str | None
    item_ids: list[str]
    kind: str | None
    script_id: str | None
    ask_seconds: int | None
    model_version: str | None
    policy_version: str
    degraded: bool
    record: str
    body_digest: bytes
    answer: bytes


def suggestion_id_of(interaction_id: str) -> str:
    """The same for every attempt at a contact, so that a retry meets its own row.

    >>> suggestion_id_of("case-88121") == suggestion_id_of("case-88121")
    True
    """
    digest = hashlib.sha256(b"suggestion\x1f" + interaction_id.encode()).digest()
    return "sug_" + b32encode(digest[:16]).decode().rstrip("=").lower()


def body_digest_of(body: Mapping[str, Any]) -> bytes:
    """Of the request's content: spaces and the order of fields do not matter."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).digest()
