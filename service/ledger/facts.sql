-- What a reader of the report should know of the data itself.
SELECT
    (SELECT count(*) FROM interactions
        WHERE occurred_at >= greatest(%(start)s, %(now)s + interval '1 minute')
            AND occurred_at < %(end)s) AS contacts_ahead,
    (SELECT count(*) FROM orders WHERE customer_id IS NULL
        AND placed_at >= %(start)s AND placed_at < %(end)s) AS orders_of_nobody,
    (SELECT coalesce(sum(net), 0) FROM orders WHERE customer_id IS NULL
        AND placed_at >= %(start)s AND placed_at < %(end)s) AS sales_to_nobody,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(original_currency, orders) ORDER BY 1), '[]') FROM (
        SELECT original_currency, count(*) AS orders FROM orders
        WHERE original_currency IS NOT NULL AND placed_at >= %(start)s AND placed_at <= %(last)s
        GROUP BY original_currency) converted) AS converted
