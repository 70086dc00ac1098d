-- The customers of each group for the comparison with the holdout, of the contacts in contact.sql and the
-- words in said.sql. A customer enters a group with the first eligible contact there. From then on every
-- contact of theirs in the group counts, eligible or not: whether a later one is eligible depends on
-- what was asked before, and so on the arm.
-- Groups go by their place in %(parts)s, 0 is for all contacts. Each column is one string of bytes, the
-- customers' values in one order, big end first.
WITH answer AS (
    SELECT DISTINCT suggestion_id, true AS asked FROM said
    WHERE result IN ('accepted', 'declined', 'maybe_later')
),
parted AS MATERIALIZED (
    SELECT customer_id, occurred_at, eligible AND arm IS NOT NULL AS enters, arm, cost,
        CASE WHEN asked THEN ask_cost ELSE 0 END AS ask_cost, coalesce(asked, false) AS asked,
        place
    FROM contact
        LEFT JOIN answer USING (suggestion_id)
        LEFT JOIN unnest(%(parts)s::text[]) WITH ORDINALITY AS named(part, number)
            ON named.part = coalesce(contact.part, chr(1))
        CROSS JOIN LATERAL (VALUES (0), (number)) places(place)
    WHERE place IS NOT NULL
),
exposed AS MATERIALIZED (
    SELECT * FROM (
        SELECT *, min(occurred_at) FILTER (WHERE enters)
            OVER (PARTITION BY place, customer_id) AS entered
        FROM parted
    ) seen
    WHERE occurred_at >= entered
),
served AS MATERIALIZED (
    SELECT place, customer_id, min(entered) AS entered,
        min(arm) FILTER (WHERE enters) = 'treatment' AS treated,
        min(arm) FILTER (WHERE enters) <> max(arm) FILTER (WHERE enters) AS both_arms,
        count(*) AS contacts, bool_or(asked) AS asked, sum(cost) AS cost, sum(ask_cost) AS ask_cost
    FROM exposed GROUP BY place, customer_id
),

-- Their orders, from some time before they entered on.
placed AS MATERIALIZED (
    SELECT place, served.customer_id, id, placed_at, placed_at < entered AS before, net, discount
    FROM served JOIN orders ON orders.customer_id = served.customer_id
        AND placed_at >= entered - %(before)s
    WHERE placed_at >= %(start)s - %(before)s AND placed_at <= %(last)s AND cancelled_at IS NULL
),
-- Those within the window of any of these contacts, each once, and what their goods cost.
ordered AS MATERIALIZED (
    SELECT DISTINCT placed.customer_id, place, placed.id, net, discount
    FROM placed JOIN exposed USING (place, customer_id)
    WHERE NOT before AND placed_at >= occurred_at AND placed_at <= occurred_at + %(window)s
),
once AS MATERIALIZED (SELECT DISTINCT id, discount FROM ordered),
line AS (
    SELECT order_id, item_id, discount, sum(quantity) AS quantity,
        sum(quantity * unit_price) AS price,
        sum(quantity * coalesce(order_lines.unit_cost, items.unit_cost)) AS cost,
        bool_and(coalesce(order_lines.unit_cost, items.unit_cost) IS NOT NULL) AS known
    FROM once JOIN order_lines ON order_id = once.id LEFT JOIN items ON items.id = item_id
    GROUP BY order_id, item_id, discount
),
returned AS (
    SELECT order_id, item_id, sum(quantity) AS quantity, sum(amount) AS amount
    FROM refunds WHERE order_id IN (SELECT id FROM once)
    GROUP BY order_id, item_id
),
-- Full joins are here for left ones, to which they come down: only they are never made by looking
-- through all orders for each order, as the planner, who takes these for few, would do.
-- What came back can be sold again, so its cost is none; the rest is taken at the margin rate.
goods AS MATERIALIZED (
    SELECT order_id, round(sum(CASE WHEN known
            THEN cost * (1 - least(coalesce(returned.quantity, 0)::numeric / line.quantity, 1))
            ELSE (1 - %(margin_rate)s) * paid END), 2) AS cost,
        coalesce(sum(paid) FILTER (WHERE NOT known), 0) AS unknown
    FROM line
        FULL JOIN returned USING (order_id, item_id)
        CROSS JOIN LATERAL (
            SELECT price * (1 - coalesce(discount / nullif((
                    SELECT sum(whole.quantity * whole.unit_price) FROM order_lines whole
                    WHERE discount IS NOT NULL AND whole.order_id = line.order_id), 0), 0))
                - coalesce(returned.amount, 0) AS paid
        ) net_line
    GROUP BY order_id
),
spent AS (
    SELECT customer_id, place, sum(net) AS sales, sum(net - coalesce(goods.cost, 0)) AS margin,
        sum(coalesce(unknown, 0)) AS by_rate
    FROM ordered FULL JOIN goods ON goods.order_id = ordered.id
    GROUP BY customer_id, place
),
earlier AS (
    SELECT customer_id, place, sum(net) AS sales FROM placed WHERE before
    GROUP BY customer_id, place
),
row AS (
    SELECT place, treated, both_arms, asked, contacts, coalesce(spent.sales, 0)::float8 AS sales,
        (coalesce(margin, 0) - ask_cost)::float8 AS margin, cost::float8 AS cost,
        coalesce(earlier.sales, 0)::float8 AS before, coalesce(by_rate, 0)::float8 AS by_rate,
        floor(extract(epoch FROM entered) / 86400)::int8 AS day
    FROM served
        LEFT JOIN spent USING (customer_id, place)
        LEFT JOIN earlier USING (customer_id, place)
    ORDER BY place, entered, customer_id COLLATE "C"
)
SELECT place::int,
    string_agg(boolsend(treated), '') AS treated,
    string_agg(boolsend(both_arms), '') AS both_arms,
    string_agg(boolsend(asked), '') AS asked,
    string_agg(int8send(contacts), '') AS contacts,
    string_agg(float8send(sales), '') AS sales,
    string_agg(float8send(margin), '') AS margin,
    string_agg(float8send(cost), '') AS cost,
    string_agg(float8send(before), '') AS before,
    string_agg(float8send(by_rate), '') AS by_rate,
    string_agg(int8send(day), '') AS entered
FROM row GROUP BY place
