"""Writes decisions and reads them back.

A decision, its contact and the customer's new version are one statement: all of it is durable, or
none. It is written only if the customer is still as the decision saw them, so two workers that
decide at the same moment can never both pass a cap.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from psycopg import Connection, errors

from models.domain import Customer
from service.ledger.feed import INTERACTIONS, interaction_row
from service.ledger.prepared import Prepared
from service.profile import Profile
from service.record import DecisionRecord, Kept

# What a request does not say about a contact, and the help desk has fed, stays as it was. From the
# spool a contact may be hours old: then what is known already wins.
_COLUMNS = [tuple(column.split()) for column in INTERACTIONS.split(", ")]
_NAMES = ", ".join(name for name, _ in _COLUMNS)

UNSAID: Final = {"items": "'[]'", "public": "false", "transfers": "0"}
"""What these columns hold where nobody said anything."""
NEVER_FED: Final = b""
"""The digest of no row: the help desk's word on a contact that was decided about is always news."""


def _contact(conflict: str) -> str:
    values = ", ".join(f"%s::{kind}" for _, kind in _COLUMNS)
    return f"""
contact AS (
    INSERT INTO interactions AS known ({_NAMES}, received_at)
    SELECT {values}, %s::timestamptz FROM customer
    {conflict}
    RETURNING 1
)"""


def _merged(first: str, second: str) -> str:
    """Of two values of a known contact, `first` names the one that stays."""

    def said(table: str, name: str) -> str:
        column = f"{table}.{name}"
        return f"nullif({column}, {UNSAID[name]})" if name in UNSAID else column

    changes = ", ".join(
        f"{name} = coalesce({said(first, name)}, {second}.{name})" for name, _ in _COLUMNS
    )
    return f"ON CONFLICT (id) DO UPDATE SET {changes}"


_SAME_CUSTOMER = """
customer AS (
    UPDATE customers SET version = version + 1 WHERE id = %s::text AND version = %s::bigint
    RETURNING 1
)"""
_CUSTOMER = """
customer AS (
    INSERT INTO customers AS known (id, locale, first_name, marketing, objected, vulnerable,
        time_zone)
    VALUES (%s::text, %s::text, %s::text, %s, %s, %s, %s::text)
    ON CONFLICT (id) DO UPDATE SET version = known.version + 1, locale = excluded.locale,
        first_name = excluded.first_name, marketing = excluded.marketing,
        objected = excluded.objected, vulnerable = excluded.vulnerable,
        time_zone = excluded.time_zone
    WHERE known.version = %s
    RETURNING 1
)"""
# The request's consent is already merged with the ledger's; from the spool it may be older.
_CAREFUL = """
customer AS (
    INSERT INTO customers AS known (id, locale, first_name, marketing, objected, vulnerable,
        time_zone)
    VALUES (%s::text, %s::text, %s::text, %s, %s, %s, %s::text)
    ON CONFLICT (id) DO UPDATE SET version = known.version + 1,
        marketing = CASE WHEN excluded.marketing IS FALSE THEN false ELSE known.marketing END,
        objected = known.objected OR excluded.objected,
        vulnerable = known.vulnerable OR excluded.vulnerable,
        time_zone = coalesce(known.time_zone, excluded.time_zone)
    RETURNING 1
)"""
_DECISION = """
INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel, decision,
    reason, eligible, arm, item_ids, kind, script_id, ask_seconds, model_version, policy_version,
    degraded, record, body_digest, answer, probability, propensity, script_variant,
    worth)
SELECT %s::text, %s::text, %s::text, %s::timestamptz, %s::text, %s::text,
    %s::text, %s::boolean, %s::text, %s::text[], %s::text, %s::text, %s::integer, %s::text,
    %s::text, %s::boolean, %s::json, %s::bytea, %s::bytea, %s::float8, %s::float8, %s::text,
    %s::numeric
FROM contact"""
RECORD: Final = Prepared(
    "WITH " + _CUSTOMER + "," + _contact(_merged("excluded", "known")) + _DECISION
)
RECORD_NEW: Final = Prepared("WITH " + _SAME_CUSTOMER + "," + _contact("") + _DECISION)
"""The usual case: a contact of which nothing is known, and no news of the customer."""
DRAIN: Final = "WITH " + _CAREFUL + "," + _contact(_merged("known", "excluded")) + _DECISION


def record_decision(connection: Connection, record: DecisionRecord, known: Profile) -> Kept:
    """Write a decision durably: KEPT, or nothing was written and it says why.

    Args:
        known: the customer as the ledger had them at the version that the record expects.
    """
    customer, expected, rest = record.customer, record.expected_version, _rest(record)
    if _is_usual(record, known):
        with suppress(errors.UniqueViolation):  # the contact is there, or the decision
            written = RECORD_NEW.execute(connection, [customer.id, expected, *rest])
            return Kept.KEPT if written else Kept.OVERTAKEN
    try:
        written = RECORD.execute(connection, [*_customer(customer), expected, *rest])
    except errors.UniqueViolation:
        return Kept.DECIDED
    return Kept.KEPT if written else Kept.OVERTAKEN


def _is_usual(record: DecisionRecord, known: Profile) -> bool:
    """Whether the customer is known and without news, and the contact new as far as one sees."""
    contact = record.interaction.id
    return (
        known.version > 0
        and record.customer == known.customer
        and not any(one.id == contact for one in known.dealings.contacts)
    )


def drain_decision(connection: Connection, record: DecisionRecord) -> Kept:
    """Write a decision that was taken while the ledger was away; DECIDED when it has one."""
    try:
        connection.execute(DRAIN, [*_customer(record.customer), *_rest(record)])
    except errors.UniqueViolation:
        return Kept.DECIDED
    return Kept.KEPT


def stored_answer(connection: Connection, suggestion_id: str) -> bytes | None:
    """The answer as it was sent, or None when there is no such suggestion."""
    found = _find(connection, "answer", suggestion_id)
    return bytes(found[0]) if found else None


def stored_decision(connection: Connection, suggestion_id: str) -> tuple[bytes, bytes] | None:
    """(digest of the request's body, the answer as it was sent)."""
    found = _find(connection, "body_digest, answer", suggestion_id)
    return (bytes(found[0]), bytes(found[1])) if found else None


def _find(connection: Connection, columns: str, suggestion_id: str) -> tuple[bytes, ...] | None:
    return connection.execute(
        f"SELECT {columns} FROM decisions WHERE suggestion_id = %s", [suggestion_id]
    ).fetchone()


def _customer(customer: Customer) -> list[object]:
    return [
        customer.id,
        customer.locale,
        customer.first_name,
        customer.marketing,
        customer.objected,
        bool(customer.vulnerable),
        customer.time_zone,
    ]


def _rest(record: DecisionRecord) -> list[object]:
    return [
        *interaction_row(record.customer.id, record.interaction, NEVER_FED), record.decided_at,
        record.suggestion_id, record.interaction.id, record.customer.id, record.decided_at,
        record.interaction.channel, record.decision, record.reason, record.eligible, record.arm,
        record.item_ids, record.kind, record.script_id, record.ask_seconds, record.model_version,
        record.policy_version, record.degraded, record.record, record.body_digest, record.answer,
        record.probability, record.propensity, record.script_variant, record.worth,
    ]  # fmt: skip
