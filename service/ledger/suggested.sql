-- Accepted items of the period's contacts that were ordered, and how many of them came back; beside them
-- all the other lines of orders placed in the same days. By order and item, pieces not counted.
WITH accepted AS MATERIALIZED (
    SELECT DISTINCT order_id, item_id FROM said JOIN contact USING (suggestion_id)
    WHERE result = 'accepted' AND order_id IS NOT NULL
),
bought AS (
    SELECT DISTINCT order_lines.order_id, item_id
    FROM orders JOIN order_lines ON order_lines.order_id = orders.id
    WHERE placed_at >= %(start)s AND placed_at < %(end)s AND cancelled_at IS NULL
)
SELECT suggested, count(*), count(*) FILTER (WHERE came_back) FROM (
    SELECT accepted.item_id IS NOT NULL AS suggested, EXISTS (
        SELECT FROM refunds
        WHERE refunds.order_id = bought.order_id AND refunds.item_id = bought.item_id) AS came_back
    FROM bought LEFT JOIN accepted USING (order_id, item_id)
) line
GROUP BY suggested
