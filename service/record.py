"""One decision as it is kept: what was decided, why, from what, and the answer that was sent.

Made by `service/decision/`, written by `service/ledger/decisions.py`, kept in Redis by
`service/memory.py` while PostgreSQL is away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

import msgspec

from models.domain import Customer, Interaction


class Kept(IntEnum):
    """What became of the attempt to keep a decision."""

    OVERTAKEN = 0
    """The customer changed since the decision was taken: read again and decide again."""
    KEPT = 1
    DECIDED = 2
    """There already is a decision about this contact."""
    LEDGER_LOST = 3
    """The ledger went away meanwhile: decide again, so that the answer says so."""


class DecisionRecord(msgspec.Struct, frozen=True):
    """A row of `decisions`, with the contact and the customer's facts that came with it.

    Attributes:
        expected_version: of the customer when the decision was taken; the row is written only if
            it still is the newest.
        record: JSON of features, sources, terms, exclusions and the holdout's shadow decision.
        body_digest: of the request, to tell a replay from a contradiction.
        answer: the response body.
        probability: calibrated chance of the item that comes first.
        propensity: with which it came first, unrounded; `script_variant` names its words.
        worth: expected contribution of the item that comes first, or would in the holdout.
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
    probability: float | None = None
    propensity: float | None = None
    script_variant: str | None = None
    worth: Decimal | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DecisionRecord)


def pack_record(record: DecisionRecord) -> bytes:
    return _encoder.encode(record)


def unpack_record(packed: bytes) -> DecisionRecord:
    """Raises `msgspec.DecodeError` when the bytes are no record of this release."""
    return _decoder.decode(packed)


def suggestion_id_of(interaction_id: str) -> str:
    """The same for every attempt at a contact, so that a retry meets its own row.

    >>> suggestion_id_of("case-88121")
    'sug_d6e9afe778bfbb24d64b17d75596415d'
    """
    return "sug_" + hashlib.sha256(b"suggestion\x1f" + interaction_id.encode()).hexdigest()[:32]


def body_digest_of(body: Mapping[str, Any]) -> bytes:
    """Of the request's content: spaces and the order of fields do not matter."""
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).digest()
