"""How asks went: counts of asked and accepted, by script variant and by item."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg import Connection

from service.decision.chance.learned import Asked, Counts

MOST_OFFERS: Final = 100_000
"""The newest that are looked at: they say all there is to say, and keep the look cheap."""

# A suggestion counts for what it showed first. An ask that the agent did not make says nothing of
# what the customer wants; an ask without any word is a no, once a yes could have come. An item is
# judged by what its chance let expect; asks of another system may have come without one.
_COUNTS = """
WITH offers AS (
    SELECT suggestion_id, script_id, coalesce(script_variant, '') AS variant,
           item_ids[1] AS item_id, coalesce(probability, 0) AS probability,
           CASE WHEN probability IS NOT NULL THEN item_ids[1] END AS judged
    FROM decisions
    WHERE decision = 'offer' AND decided_at >= %s AND decided_at < %s
    ORDER BY decided_at DESC
    LIMIT %s
), asks AS (
    SELECT script_id, variant, judged AS item_id, probability,
           coalesce(bool_or(result = 'accepted' AND outcome.item_id = offers.item_id), false) AS yes
    FROM offers LEFT JOIN outcomes AS outcome USING (suggestion_id)
    GROUP BY suggestion_id, script_id, variant, judged, probability
    HAVING coalesce(bool_and(result <> 'not_offered'), true)
)
SELECT script_id, variant, item_id, count(*), count(*) FILTER (WHERE yes), sum(probability)
FROM asks
GROUP BY GROUPING SETS ((script_id, variant), (item_id))
"""


def read_counts(connection: Connection, since: datetime, until: datetime) -> Counts:
    """Of the offers in [since, until)."""
    scripts, items = dict[tuple[str, str], Asked](), dict[str, Asked]()
    for script_id, variant, item_id, *counted in connection.execute(
        _COUNTS, [since, until, MOST_OFFERS]
    ):
        if item_id is not None:
            items[item_id] = Asked(*counted)
        elif script_id is not None:
            scripts[script_id, variant] = Asked(*counted)
    return Counts(scripts, items)
