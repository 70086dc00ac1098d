"""What asking changed: customers who ordered after their first eligible contact, arm by arm.

Only the first contact in the period: whether there is a second one that is eligible depends on the
arm already. Everybody counts in the arm they were drawn into, asked or not (intent to treat).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection

from service.decision.value.uplift import Arm, Cell, Sort

MOST: Final = 100_000
"""The newest eligible contacts that are looked at: more would not change the figures."""

_CELLS: Final = """
WITH eligible AS (
    SELECT customer_id, interaction_id, decided_at, arm, kind, probability
    FROM decisions
    WHERE eligible AND probability IS NOT NULL
        AND decided_at >= %(since)s AND decided_at < %(until)s
    ORDER BY decided_at DESC
    LIMIT %(most)s
), first AS (
    SELECT DISTINCT ON (customer_id) * FROM eligible ORDER BY customer_id, decided_at
), followed AS (
    SELECT first.*, interactions.topic, EXISTS (
        SELECT FROM orders
        WHERE orders.customer_id = first.customer_id AND cancelled_at IS NULL
            AND placed_at > decided_at AND placed_at <= decided_at + %(window)s
    ) AS ordered
    FROM first JOIN interactions ON interactions.id = first.interaction_id
)
SELECT kind, topic, sum(probability),
    count(*) FILTER (WHERE arm = 'treatment'),
    count(*) FILTER (WHERE arm = 'treatment' AND ordered),
    count(*) FILTER (WHERE arm = 'holdout'),
    count(*) FILTER (WHERE arm = 'holdout' AND ordered)
FROM followed
GROUP BY kind, topic
"""


def read_cells(
    connection: Connection, now: datetime, history: timedelta, window: timedelta
) -> Mapping[Sort, Cell]:
    """By (kind, topic): the contacts of `history`, whose `window` for orders has closed."""
    values = {"since": now - history, "until": now - window, "window": window, "most": MOST}
    return {
        (kind, topic): Cell(Arm(*counted[:2]), Arm(*counted[2:]), expected)
        for kind, topic, expected, *counted in connection.execute(_CELLS, values)
    }
