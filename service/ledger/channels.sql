-- The contacts of contact.sql by channel and topic: what they cost, how customers liked them, and whether
-- the matter came back within 7 days. `serving` are the channels where customers serve themselves.
SELECT contact.channel, contact.topic, count(*) AS contacts, sum(cost) AS cost,
    count(satisfaction) AS graded, coalesce(sum(satisfaction), 0)::bigint AS grades,
    coalesce(sum(satisfaction * satisfaction), 0)::bigint AS squares,
    count(*) FILTER (WHERE closed) AS watched,
    count(*) FILTER (WHERE closed AND again IS NOT NULL) AS repeated,
    count(*) FILTER (WHERE closed AND to_agent) AS to_agent
FROM contact
    JOIN (SELECT id, journey_id, satisfaction FROM interactions) told USING (id)
    CROSS JOIN LATERAL (SELECT occurred_at <= %(now)s - interval '7 days' AS closed) watch
    LEFT JOIN LATERAL (
        SELECT true AS again, bool_or(later.channel <> ALL (%(serving)s)) AS to_agent
        FROM interactions later
        WHERE later.customer_id = contact.customer_id AND later.id <> contact.id
            AND later.occurred_at > contact.occurred_at
            AND later.occurred_at <= contact.occurred_at + interval '7 days'
            AND (later.topic = contact.topic OR later.journey_id = told.journey_id)
        HAVING count(*) > 0
    ) followed ON true
GROUP BY contact.channel, contact.topic
ORDER BY contact.channel COLLATE "C", contact.topic COLLATE "C"
