-- The last word on each suggested item: of the contacts of the period, and of whichever others were
-- accepted into the same orders. `told` says how many words there were, `early` whether this one is from
-- before its contact.
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
WITH told AS MATERIALIZED (
    SELECT contact.suggestion_id, outcomes.item_id, result, reason, order_id,
        outcomes.occurred_at, event_id,
        outcomes.occurred_at < contact.occurred_at - interval '1 minute' AS early
    FROM contact JOIN outcomes USING (suggestion_id)
    -- a clock may be wrong, but not by days
    WHERE outcomes.occurred_at >= %(start)s - interval '2 days'
),
named AS MATERIALIZED (SELECT DISTINCT order_id FROM told WHERE order_id IS NOT NULL),
rival AS MATERIALIZED (
    SELECT DISTINCT suggestion_id FROM named JOIN outcomes USING (order_id)
    EXCEPT
    SELECT suggestion_id FROM told WHERE order_id IS NOT NULL
),
in_play AS (
    SELECT * FROM told
    UNION ALL
    SELECT suggestion_id, item_id, result, reason, order_id, occurred_at, event_id, false
    FROM rival JOIN outcomes USING (suggestion_id)
    WHERE NOT EXISTS (SELECT FROM contact WHERE contact.suggestion_id = rival.suggestion_id)
)
SELECT DISTINCT ON (suggestion_id, item_id) *,
    count(*) OVER (PARTITION BY suggestion_id, item_id) AS told
FROM (
    -- an outcome that names no item speaks of the first
    SELECT suggestion_id, CASE WHEN item_id IS NOT NULL THEN item_id ELSE (
            SELECT item_ids[1] FROM decisions
            WHERE decisions.suggestion_id = in_play.suggestion_id) END AS item_id,
        result, reason, order_id, occurred_at, event_id, early
    FROM in_play
) named
ORDER BY suggestion_id, item_id, occurred_at DESC, event_id COLLATE "C" DESC
