"""Puts asks that another system made into the ledger; their outcomes: `past_outcomes.py`.

Called by the importers with batches. Each call is one transaction. What is on record stays: the
past does not change, and what this service decided itself is never overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from psycopg import Connection, Cursor

from models.domain import Money
from service.ledger.digest import digest
from service.ledger.feed import Upserted, touch_customers

IMPORTED: Final = "imported"
"""Stands for the policy, which was another's."""
INSERT: Final = """
INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel, decision,
    reason, eligible, arm, item_ids, kind, script_id, ask_seconds, model_version, policy_version,
    record, body_digest, answer, probability, worth)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class PastSuggestion:
    """What was shown, or would have been; money in the ledger's currency."""

    item_id: str
    kind: str | None = None
    price: Money | None = None
    probability: Decimal | None = None
    worth: Money | None = None


@dataclass(frozen=True, slots=True)
class PastDecision:
    """Whether something was suggested in a contact, what, or why not.

    `suggestions` are best first; in the holdout those that were held back.
    """

    suggestion_id: str
    interaction_id: str
    customer_id: str
    decided_at: datetime
    decision: str
    reason: str | None = None
    arm: str | None = None
    suggestions: tuple[PastSuggestion, ...] = ()
    script_id: str | None = None
    ask_seconds: int | None = None
    model_version: str | None = None

    @property
    def eligible(self) -> bool:
        return self.decision == "offer" or self.arm == "holdout"


class Refused(NamedTuple):
    """A value that is not taken: its place in the batch, a stable code, and what to mend."""

    position: int
    code: str
    detail: str


class Told(NamedTuple):
    """What one call did."""

    done: Upserted
    refused: list[Refused]


def add_decisions(connection: Connection, decisions: Sequence[PastDecision]) -> Told:
    """Write decisions about contacts that the ledger knows, none of them twice.

    Who objected or opted out by then is not asked from now on either.

    Args:
        connection: in autocommit mode.
        decisions: validated by `PastDecisionSchema`.
    """
    with connection.transaction(), connection.cursor() as cursor:
        known = marks_of(cursor, "decisions", "suggestion_id, body_digest",
                       [one.suggestion_id for one in decisions])  # fmt: skip
        contacts = _contacts(cursor, [one.interaction_id for one in decisions])
        new, refused, unchanged = list[tuple[PastDecision, str, bytes]](), list[Refused](), 0
        for position, one in enumerate(decisions):
            mark = digest(one)
            customer_id, channel, decided = contacts.get(one.interaction_id, ("", "", None))
            if one.suggestion_id in known:
                if known[one.suggestion_id] == mark:
                    unchanged += 1
                    continue
                fault = ("already_recorded", f"the suggestion {one.suggestion_id!r} is on record "
                         "with another content, and the past does not change")  # fmt: skip
            elif not channel:
                fault = ("unknown_interaction", f"/interaction_id: there is no contact "
                         f"{one.interaction_id!r}; import the interactions first")  # fmt: skip
            elif customer_id != one.customer_id:
                fault = ("wrong_customer", "/customer_id: this contact is of another customer")
            elif decided is not None:
                fault = ("already_recorded", f"the contact {one.interaction_id!r} has the "
                         f"suggestion {decided!r}; a contact has one")  # fmt: skip
            else:
                known[one.suggestion_id] = mark
                contacts[one.interaction_id] = (customer_id, channel, one.suggestion_id)
                new.append((one, channel, mark))
                continue
            refused.append(Refused(position, *fault))
        touched = frozenset(one.customer_id for one, _, _ in new)
        touch_customers(cursor, touched)
        if new:
            cursor.executemany(INSERT, [_row(*one) for one in new])
            _keep_consent(cursor, [one for one, _, _ in new])
    return Told(Upserted(len(new), unchanged, touched), refused)


def marks_of(cursor: Cursor, table: str, columns: str, ids: Sequence[str]) -> dict[str, bytes]:
    """The digests of the rows of these ids that the table has; the id is the first column."""
    key = columns.partition(",")[0]
    cursor.execute(f"SELECT {columns} FROM {table} WHERE {key} = ANY(%s)", [list(set(ids))])
    return {row_id: bytes(mark) for row_id, mark in cursor}


def _contacts(cursor: Cursor, ids: Sequence[str]) -> dict[str, tuple[str, str, str | None]]:
    """Customer, channel and, if one was taken, the decision of each contact."""
    cursor.execute(
        "SELECT id, interactions.customer_id, interactions.channel, suggestion_id"
        " FROM interactions LEFT JOIN decisions ON interaction_id = id WHERE id = ANY(%s)",
        [list(set(ids))],
    )
    return {row[0]: row[1:] for row in cursor}


def _keep_consent(cursor: Cursor, decisions: Sequence[PastDecision]) -> None:
    for reason, change in (("objected", "objected = true"), ("opted_out", "marketing = false")):
        since = dict[str, datetime]()
        for one in decisions:
            if one.reason == reason:
                known = since.get(one.customer_id, one.decided_at)
                since[one.customer_id] = min(known, one.decided_at)
        if since:
            cursor.execute(
                f"UPDATE customers SET {change}, opted_out_at = least(opted_out_at, heard)"
                " FROM unnest(%s::text[], %s::timestamptz[]) AS told (customer_id, heard)"
                " WHERE id = told.customer_id",
                [[*since], [*since.values()]],
            )


def _row(one: PastDecision, channel: str, mark: bytes) -> tuple[Any, ...]:
    first = one.suggestions[0] if one.suggestions else None
    offered = one.decision == "offer"
    shown = [*_shown(one)]
    # as in the service's own records, where worth is in the ledger's currency
    kept = [{**told, "worth": told["worth"]["amount"]} if "worth" in told else told
            for told in shown]  # fmt: skip
    record = {"imported": True, "suggestions" if offered else "shadow": kept}
    answer = {
        "suggestion_id": one.suggestion_id,
        "imported": True,
        "decision": one.decision,
        "reason": one.reason,
        "arm": one.arm,
        "suggestions": shown if offered else [],
        "service_script": None,
        "model_version": one.model_version,
        "policy_version": IMPORTED,
        "degraded": False,
        "degraded_reasons": [],
        "expires_at": None,
    }
    return (
        one.suggestion_id, one.interaction_id, one.customer_id, one.decided_at, channel,
        one.decision, one.reason, one.eligible, one.arm,
        [suggestion.item_id for suggestion in one.suggestions] if offered else [],
        first.kind if first else None, one.script_id, one.ask_seconds, one.model_version, IMPORTED,
        json.dumps(record), mark, json.dumps(answer).encode(),
        first.probability if first else None,
        first.worth.amount if first and first.worth else None,
    )  # fmt: skip


def _shown(one: PastDecision) -> Iterator[dict[str, Any]]:
    for rank, suggestion in enumerate(one.suggestions, 1):
        told = {
            "rank": rank,
            "item_id": suggestion.item_id,
            "kind": suggestion.kind,
            "price": _money(suggestion.price),
            "probability": None
            if suggestion.probability is None
            else float(suggestion.probability),
            "worth": _money(suggestion.worth),
        }
        yield {name: value for name, value in told.items() if value is not None}


def _money(money: Money | None) -> dict[str, str] | None:
    return {"amount": str(money.amount), "currency": money.currency} if money else None
