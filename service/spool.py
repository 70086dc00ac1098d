"""Moves decisions that were taken while PostgreSQL was away into the ledger, each exactly once.

Any number of drainers may run at once and die at any step: the row's key makes a second write a
no-op, and a decision leaves the spool only after its row is durable.
"""

from __future__ import annotations

import logging

import msgspec
import psycopg
from psycopg import Connection

from service.ledger.decisions import drain_decision
from service.memory import Memory
from service.record import unpack_record

log = logging.getLogger(__name__)


def drain(connection: Connection, memory: Memory) -> int:
    """Move what waits of everybody; returns how many decisions that were."""
    moved = 0
    while customers := memory.waiting_customers():
        moved += sum(drain_customer(connection, memory, customer) for customer in customers)
    return moved


def drain_customer(connection: Connection, memory: Memory, customer_id: str) -> int:
    """Move what waits of one customer, in the order of time; returns how many decisions."""
    waiting = memory.spooled_of(customer_id)
    records = []
    for suggestion_id, packed in waiting.items():
        try:
            records.append(unpack_record(packed))
        except msgspec.DecodeError:
            log.error("%s in the spool is no record of this release; put aside", suggestion_id)
            memory.refuse(customer_id, suggestion_id, packed)
    written = []
    for record in sorted(records, key=lambda record: record.decided_at):
        suggestion_id = record.suggestion_id
        try:
            drain_decision(connection, record)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            log.error("%s was refused by the ledger (%s); put aside", suggestion_id, error.sqlstate)
            memory.refuse(customer_id, suggestion_id, waiting[suggestion_id])
        else:
            written.append(suggestion_id)
    memory.drained(customer_id, written)
    return len(written)
