"""Puts what came of asks, as another system kept it, into the ledger; see `past_asks.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection

from models.domain import Outcome
from service.errors import BadInput, in_one_line
from service.ledger.digest import digest
from service.ledger.feed import Upserted, touch_customers
from service.ledger.outcomes import INSERT, check_item
from service.ledger.past_asks import Refused, Told, marks_of


def add_outcomes(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> Told:
    """Write outcomes of suggestions that the ledger knows, none of them twice.

    Args:
        connection: in autocommit mode.
        outcomes: validated.
    """
    with connection.transaction(), connection.cursor() as cursor:
        known = marks_of(cursor, "outcomes", "event_id, digest", [one.event_id for one in outcomes])
        cursor.execute(
            "SELECT suggestion_id, customer_id, item_ids FROM decisions"
            " WHERE suggestion_id = ANY(%s)",
            [[one.suggestion_id for one in outcomes]],
        )
        shown = {row[0]: row[1:] for row in cursor}
        new, refused, unchanged = list[tuple[Outcome, bytes]](), list[Refused](), 0
        for position, one in enumerate(outcomes):
            mark = digest(one)
            if known.get(one.event_id) == mark:
                unchanged += 1
            elif one.event_id in known:
                detail = f"the event {one.event_id!r} is on record with another content"
                refused.append(Refused(position, "already_recorded", detail))
            elif one.suggestion_id not in shown:
                detail = (f"/suggestion_id: there is no suggestion {one.suggestion_id!r}; "
                          "import the decisions first")  # fmt: skip
                refused.append(Refused(position, "unknown_suggestion", detail))
            elif fault := _unfit(one, shown[one.suggestion_id][1]):
                refused.append(Refused(position, "invalid_input", fault))
            else:
                known[one.event_id] = mark
                new.append((one, mark))
        touched = frozenset(shown[one.suggestion_id][0] for one, _ in new)
        touch_customers(cursor, touched)
        if new:
            cursor.executemany(
                INSERT,
                [
                    (
                        one.event_id, one.suggestion_id, one.item_id, one.result, one.reason,
                        one.order_id, one.agent_id, one.occurred_at, now, mark,
                    )
                    for one, mark in new
                ],
            )  # fmt: skip
    return Told(Upserted(len(new), unchanged, touched), refused)


def _unfit(outcome: Outcome, item_ids: list[str]) -> str | None:
    try:
        check_item(outcome, item_ids)
    except BadInput as error:
        return in_one_line(error)
    return None
