-- What happened to the customers in entry.sql after their first eligible contact, within the window. One
-- row per customer: whether it happened at all. Columns are strings of bytes, as in experiment.sql.
WITH again AS (
    SELECT customer_id, bool_or(topic = 'complaint') AS complained
    FROM entry JOIN interactions later USING (customer_id)
    WHERE later.occurred_at > entered AND later.occurred_at <= entered + %(window)s
        AND later.occurred_at > %(start)s AND later.occurred_at <= %(last)s
    GROUP BY customer_id
),
back AS (
    SELECT DISTINCT customer_id
    FROM refunds JOIN orders ON orders.id = order_id JOIN entry USING (customer_id)
    WHERE refunded_at > entered AND refunded_at <= entered + %(window)s
        AND placed_at > entered AND placed_at > %(start)s AND placed_at <= %(last)s
),
-- the first contact's own grade counts: the ask was in it
grade AS (
    SELECT customer_id, avg(satisfaction) <= 2 AS displeased
    FROM entry JOIN interactions graded USING (customer_id)
    WHERE satisfaction IS NOT NULL AND graded.occurred_at >= entered
        AND graded.occurred_at <= entered + %(window)s
        AND graded.occurred_at >= %(start)s AND graded.occurred_at <= %(last)s
    GROUP BY customer_id
),
row AS (
    SELECT treated,
        coalesce(opted_out_at > entered AND opted_out_at <= entered + %(window)s, false) AS opted_out,
        coalesce(complained, false) AS complained, again.customer_id IS NOT NULL AS repeated,
        back.customer_id IS NOT NULL AS returned,
        grade.customer_id IS NOT NULL AS graded, coalesce(displeased, false) AS displeased
    FROM entry
        JOIN customers ON customers.id = entry.customer_id
        LEFT JOIN again ON again.customer_id = entry.customer_id
        LEFT JOIN back ON back.customer_id = entry.customer_id
        LEFT JOIN grade ON grade.customer_id = entry.customer_id
    WHERE NOT both_arms
    ORDER BY entry.customer_id COLLATE "C"
)
SELECT
    string_agg(boolsend(treated), '') AS treated,
    string_agg(boolsend(opted_out), '') AS opted_out,
    string_agg(boolsend(complained), '') AS complained,
    string_agg(boolsend(repeated), '') AS repeated,
    string_agg(boolsend(returned), '') AS returned,
    string_agg(boolsend(graded), '') AS graded,
    string_agg(boolsend(displeased), '') AS displeased
FROM row
