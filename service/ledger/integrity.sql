-- Accepted items of the contacts in contact.sql whose window has closed, by agent: without an order,
-- with one that was cancelled, and with money back for the item. An order that was not named is looked
-- for within the window.
SELECT agent_id, count(*) AS accepted,
    count(*) FILTER (WHERE NOT live AND NOT cancelled) AS without_order,
    count(*) FILTER (WHERE NOT live AND cancelled) AS cancelled,
    count(*) FILTER (WHERE live AND returned) AS returned
FROM (
    SELECT agent_id,
        bool_or(orders.id IS NOT NULL AND cancelled_at IS NULL) AS live,
        bool_or(cancelled_at IS NOT NULL) AS cancelled,
        bool_or(EXISTS (
            SELECT FROM refunds WHERE refunds.order_id = orders.id
                AND refunds.item_id = accepted.item_id)) AS returned
    FROM (
        SELECT said.*, agent_id, customer_id, contact.occurred_at AS at
        FROM said JOIN contact USING (suggestion_id)
        WHERE result = 'accepted' AND contact.occurred_at <= %(now)s - %(window)s
    ) accepted
        LEFT JOIN orders ON orders.customer_id = accepted.customer_id
            AND (orders.id = accepted.order_id
                OR placed_at >= at AND placed_at <= at + %(window)s)
            AND EXISTS (
                SELECT FROM order_lines
                WHERE order_lines.order_id = orders.id AND item_id = accepted.item_id)
    GROUP BY agent_id, accepted.suggestion_id, accepted.item_id
) one
GROUP BY agent_id
ORDER BY agent_id COLLATE "C" NULLS LAST
