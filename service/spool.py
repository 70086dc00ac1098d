"""Decisions taken while PostgreSQL was away: kept in Redis, drained exactly once afterwards."""

from __future__ import annotations

import logging

import msgspec
from psycopg import Connection

from service.decision.record import DecisionRecord
from service.ledger.decisions import drain_decision
from service.memory import Memory

log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DecisionRecord)


def pack_record(record: DecisionRecord) -> bytes:
    return _encoder.encode(record)


def unpack_record(packed: bytes) -> DecisionRecord:
    return _decoder.decode(packed)


def drain(connection: Connection, memory: Memory) -> int:
    """Move every waiting decision into the ledger: commit first, then forget; returns how many.

    Any number of drainers may run at once and die at any step: the row's key makes the second
    write a no-op, and a decision is forgotten only after its row is durable.
    """
    drained = 0
    while batch := memory.spool_batch():
        for suggestion_id, packed in batch.items():
            record = unpack_record(packed)
            if not drain_decision(connection, record):
                log.warning("%s was in the ledger already", suggestion_id)
            memory.unspool(suggestion_id)
            memory.forget([record.customer.id])
            drained += 1
    return drained
