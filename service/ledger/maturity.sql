-- Of the orders that followed contacts within the window, how much came on each of its days; by contacts
-- whose window has closed. Orders belong to the latest contact before them, as in report.sql.
WITH credited AS (
    SELECT DISTINCT ON (orders.id) orders.id, net, placed_at - occurred_at AS delay, occurred_at
    FROM orders JOIN interactions USING (customer_id)
    WHERE placed_at >= %(start)s AND placed_at <= %(last)s
        AND occurred_at >= %(start)s AND occurred_at <= %(last)s
        AND placed_at >= occurred_at AND placed_at <= occurred_at + %(window)s
    ORDER BY orders.id, occurred_at DESC
)
SELECT greatest(ceil(extract(epoch FROM delay) / 86400), 1)::int, sum(net), count(*)
FROM credited WHERE occurred_at < %(end)s AND net > 0
GROUP BY 1 ORDER BY 1
