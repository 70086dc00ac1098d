-- The contacts of contact.sql by channel and topic: what they cost, how customers liked them, and whether
-- the matter (the topic, or the journey) came back within 7 and within 30 days. `serving` are the
-- channels where customers serve themselves. An agent's contact belongs to the latest self-service on
-- the matter before it, so that each counts once.
SELECT contact.channel, contact.topic, count(*) AS contacts, sum(cost) AS cost,
    count(satisfaction) AS graded, coalesce(sum(satisfaction), 0)::bigint AS grades,
    coalesce(sum(satisfaction * satisfaction), 0)::bigint AS squares,
    count(*) FILTER (WHERE closed) AS watched,
    count(*) FILTER (WHERE closed AND again) AS repeated,
    count(*) FILTER (WHERE closed AND to_agent) AS to_agent,
    coalesce(sum(soon) FILTER (WHERE closed), 0)::bigint AS agents,
    count(*) FILTER (WHERE closed_later) AS watched_later,
    coalesce(sum(later) FILTER (WHERE closed_later), 0)::bigint AS agents_later
FROM contact
    JOIN (SELECT id, journey_id, satisfaction FROM interactions) told USING (id)
    CROSS JOIN LATERAL (
        SELECT occurred_at <= %(now)s - interval '7 days' AS closed,
            occurred_at <= %(now)s - interval '30 days' AS closed_later
    ) watch
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(in_time), false) AS again,
            coalesce(bool_or(in_time AND by_agent), false) AS to_agent,
            count(*) FILTER (WHERE in_time AND by_agent AND at < next_self) AS soon,
            count(*) FILTER (WHERE by_agent AND at < next_self) AS later
        FROM (
            SELECT occurred_at AS at, by_agent,
                occurred_at <= contact.occurred_at + interval '7 days' AS in_time,
                coalesce(min(occurred_at) FILTER (WHERE NOT by_agent) OVER (), 'infinity')
                    AS next_self
            FROM (
                SELECT followed.occurred_at, followed.channel <> ALL (%(serving)s) AS by_agent
                FROM interactions followed
                WHERE followed.customer_id = contact.customer_id AND followed.id <> contact.id
                    AND followed.occurred_at > contact.occurred_at
                    AND followed.occurred_at <= contact.occurred_at + interval '30 days'
                    AND (followed.topic = contact.topic OR followed.journey_id = told.journey_id)
            ) one
        ) placed
    ) after
GROUP BY contact.channel, contact.topic
ORDER BY contact.channel COLLATE "C", contact.topic COLLATE "C"
