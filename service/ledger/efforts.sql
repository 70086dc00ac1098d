-- The contacts of contact.sql with what is needed to compare those with an effort with those without:
-- what kind of contact, what the customer had bought before, whether an order followed within 90 days,
-- and what the customer said. Columns are strings of bytes, as in experiment.sql; groups and customers
-- by number.
WITH given AS MATERIALIZED (
    SELECT contact.id, array_agg(DISTINCT effort ->> 'name') AS names
    FROM contact JOIN interactions USING (id)
        CROSS JOIN LATERAL jsonb_array_elements(efforts) made(effort)
    GROUP BY contact.id
),
row AS (
    SELECT dense_rank() OVER (ORDER BY contact.customer_id COLLATE "C") - 1 AS customer,
        dense_rank() OVER (ORDER BY contact.channel, contact.topic) - 1 AS kind,
        coalesce(earlier.net, 0)::float8 AS before, coalesce(later.bought, false) AS bought,
        occurred_at <= %(now)s - interval '90 days' AS closed,
        coalesce(satisfaction, 0)::int8 AS satisfaction,
        (SELECT coalesce(sum(1::bigint << (place::int - 1)), 0)::int8
            FROM unnest(%(names)s::text[]) WITH ORDINALITY named(name, place)
            WHERE name = ANY (given.names)) AS efforts
    FROM contact
        JOIN (SELECT id, satisfaction FROM interactions) told USING (id)
        LEFT JOIN given USING (id)
        LEFT JOIN LATERAL (
            SELECT sum(net) AS net FROM orders
            WHERE orders.customer_id = contact.customer_id AND placed_at < occurred_at
                AND placed_at >= occurred_at - interval '90 days'
        ) earlier ON true
        LEFT JOIN LATERAL (
            SELECT true AS bought FROM orders
            WHERE orders.customer_id = contact.customer_id AND placed_at >= occurred_at
                AND placed_at <= occurred_at + interval '90 days' AND cancelled_at IS NULL
            LIMIT 1
        ) later ON true
)
SELECT
    string_agg(int8send(customer), ''), string_agg(int8send(kind), ''),
    string_agg(float8send(before), ''), string_agg(boolsend(bought), ''),
    string_agg(boolsend(closed), ''), string_agg(int8send(satisfaction), ''),
    string_agg(int8send(efforts), '')
FROM row
