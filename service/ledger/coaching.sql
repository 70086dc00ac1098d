-- Offers shown in the contacts of contact.sql, and what came of them by said.sql: by agent and case mix.
WITH answer AS (
    SELECT suggestion_id, bool_or(result IN ('accepted', 'declined', 'maybe_later')) AS asked,
        bool_or(result = 'accepted') AS accepted
    FROM said GROUP BY suggestion_id
)
SELECT agent_id, channel || '/' || topic || '/' || coalesce(kind, '') AS mix, count(*) AS shown,
    count(*) FILTER (WHERE asked) AS asked, count(*) FILTER (WHERE accepted) AS accepted
FROM contact LEFT JOIN answer USING (suggestion_id)
WHERE offered AND eligible
GROUP BY agent_id, mix
ORDER BY agent_id COLLATE "C" NULLS LAST
