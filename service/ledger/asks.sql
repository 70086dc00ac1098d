-- What became of the eligible contacts in contact.sql, by group and reason, after the last words in
-- said.sql. Each eligible contact is in exactly one state.
WITH answer AS (
    SELECT suggestion_id,
        bool_or(result IN ('accepted', 'declined', 'maybe_later')) AS asked,
        bool_or(result = 'not_offered') AS skipped,
        (array_agg(reason ORDER BY occurred_at DESC, event_id COLLATE "C" DESC)
            FILTER (WHERE result = 'not_offered'))[1] AS reason
    FROM said GROUP BY suggestion_id
)
SELECT part AS "group", state, because.reason, count(*) AS contacts,
    count(*) FILTER (WHERE asked) AS answered,
    coalesce(sum(worth), 0) AS worth, count(*) FILTER (WHERE worth IS NULL) AS unvalued
FROM contact
    JOIN decisions USING (suggestion_id)
    LEFT JOIN answer USING (suggestion_id)
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN offered AND asked THEN 'asked'
            WHEN offered AND skipped THEN 'skipped'
            WHEN offered THEN 'unreported'
            WHEN contact.arm = 'holdout' THEN 'held_out'
            ELSE 'not_shown'
        END AS state
    ) became
    CROSS JOIN LATERAL (
        SELECT CASE WHEN state = 'skipped' THEN coalesce(answer.reason, 'no_reason_given') END
            AS reason
    ) because
WHERE contact.eligible
GROUP BY part, state, because.reason
ORDER BY part COLLATE "C" NULLS LAST, state, because.reason
