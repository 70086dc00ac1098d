-- What the customers in entry.sql ordered before and after their first eligible contact, until now; one
-- row per customer. Orders of one day are one purchase. Columns are strings of bytes, as in
-- experiment.sql; days are counted from 1970-01-01.
WITH purchase AS MATERIALIZED (
    SELECT customer_id, (placed_at AT TIME ZONE 'UTC')::date - date '1970-01-01' AS day,
        sum(net) AS net, bool_or(placed_at < entered) AS earlier,
        coalesce(sum(net) FILTER (WHERE placed_at >= entered
            AND placed_at < entered + interval '30 days'), 0) AS net_30,
        coalesce(sum(net) FILTER (WHERE placed_at >= entered
            AND placed_at < entered + interval '90 days'), 0) AS net_90,
        coalesce(sum(net) FILTER (WHERE placed_at >= entered
            AND placed_at < entered + interval '365 days'), 0) AS net_365,
        bool_or(placed_at >= entered AND placed_at < entered + interval '30 days') AS in_30,
        bool_or(placed_at >= entered AND placed_at < entered + interval '90 days') AS in_90,
        bool_or(placed_at >= entered AND placed_at < entered + interval '365 days') AS in_365
    FROM entry JOIN orders USING (customer_id)
    WHERE placed_at <= %(now)s AND cancelled_at IS NULL AND NOT both_arms
    GROUP BY customer_id, day
),
bought AS (
    SELECT customer_id, count(*) FILTER (WHERE earlier) AS before,
        bool_or(in_30) AS in_30, bool_or(in_90) AS in_90, bool_or(in_365) AS in_365,
        sum(net_30) AS net_30, sum(net_90) AS net_90, sum(net_365) AS net_365,
        count(*) AS purchases, min(day) AS first, max(day) AS latest,
        count(*) FILTER (WHERE net > 0) AS paid,
        coalesce(avg(net) FILTER (WHERE net > 0), 0) AS value
    FROM purchase GROUP BY customer_id
),
row AS (
    SELECT treated, coalesce(before, 0)::int8 AS before,
        coalesce(in_30, false) AS in_30, coalesce(in_90, false) AS in_90,
        coalesce(in_365, false) AS in_365,
        coalesce(net_30, 0)::float8 AS net_30, coalesce(net_90, 0)::float8 AS net_90,
        coalesce(net_365, 0)::float8 AS net_365,
        coalesce(purchases, 0)::int8 AS purchases, coalesce(first, 0)::int8 AS first,
        coalesce(latest, 0)::int8 AS latest, coalesce(paid, 0)::int8 AS paid,
        coalesce(value, 0)::float8 AS value
    FROM entry LEFT JOIN bought USING (customer_id)
    WHERE NOT both_arms
    ORDER BY customer_id COLLATE "C"
)
SELECT
    string_agg(boolsend(treated), ''), string_agg(int8send(before), ''),
    string_agg(boolsend(in_30), ''), string_agg(boolsend(in_90), ''),
    string_agg(boolsend(in_365), ''),
    string_agg(float8send(net_30), ''), string_agg(float8send(net_90), ''),
    string_agg(float8send(net_365), ''),
    string_agg(int8send(purchases), ''), string_agg(int8send(first), ''),
    string_agg(int8send(latest), ''), string_agg(int8send(paid), ''),
    string_agg(float8send(value), '')
FROM row
