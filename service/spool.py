"""Decisions taken while PostgreSQL was away: kept in Redis, drained exactly once afterwards."""

from __future__ import annotations

import logging

import msgspec
import psycopg
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
    while True:
        moved = sum(_move(connection, memory, *waiting) for waiting in memory.spool_batch().items())
        if not moved:
            return drained
        drained += moved


def _move(connection: Connection, memory: Memory, suggestion_id: str, packed: bytes) -> bool:
    """One decision; what the ledger refuses stays in the spool for somebody to look at."""
    try:
        record = unpack_record(packed)
        if not drain_decision(connection, record):
            log.warning("%s was in the ledger already", suggestion_id)
    except (msgspec.DecodeError, psycopg.DataError, psycopg.IntegrityError):
        log.exception("%s cannot be written into the ledger and stays in the spool", suggestion_id)
        return False
    memory.unspool(suggestion_id)
    memory.forget([record.customer.id])
    return True
