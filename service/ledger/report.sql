-- The sums behind the recovery report, of the contacts in contact.sql and the words in said.sql.
-- service/reports/definitions.py says what each number means. Sales are rounded to the cent per order
-- and accepted item and never later, so that the groups of any grouping add up to the total.
WITH answer AS (
    SELECT suggestion_id,
        bool_or(result IN ('accepted', 'declined', 'maybe_later')) AS asked,
        bool_or(result = 'accepted') AS accepted,
        sum(told - 1) AS retold, count(*) FILTER (WHERE early) AS early
    FROM said GROUP BY suggestion_id
),

-- What was accepted: of several acceptances of one item of one order, the latest counts.
acceptance AS (
    SELECT *, row_number() OVER (
        PARTITION BY order_id, item_id, CASE WHEN order_id IS NULL THEN event_id END
        ORDER BY occurred_at DESC, event_id COLLATE "C" DESC) AS place
    FROM said WHERE result = 'accepted'
),
-- Its value; and is that value in an order that is attributed to a contact anyway?
sale AS MATERIALIZED (
    SELECT acceptance.suggestion_id, value.amount,
        CASE
            WHEN orders.id IS NOT NULL THEN EXISTS (
                SELECT FROM interactions earlier
                WHERE earlier.customer_id = orders.customer_id
                    AND earlier.occurred_at <= orders.placed_at
                    AND earlier.occurred_at >= orders.placed_at - %(window)s)
            WHEN acceptance.order_id IS NULL THEN EXISTS (
                SELECT FROM orders later JOIN order_lines ON order_lines.order_id = later.id
                WHERE later.customer_id = contact.customer_id
                    AND later.placed_at >= contact.occurred_at
                    AND later.placed_at <= contact.occurred_at + %(window)s
                    AND order_lines.item_id = acceptance.item_id)
            ELSE false
        END AS ordered_in_window
    FROM acceptance
        JOIN contact USING (suggestion_id)
        LEFT JOIN orders ON orders.id = acceptance.order_id
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN acceptance.item_id IS NULL THEN NULL
                WHEN orders.cancelled_at IS NOT NULL THEN 0
                WHEN orders.id IS NOT NULL THEN round((
                    -- a discount is spread over the lines by what they cost
                    SELECT coalesce(sum(quantity * unit_price)
                            FILTER (WHERE item_id = acceptance.item_id), 0)
                        * (1 - coalesce(discount / nullif(sum(quantity * unit_price), 0), 0))
                    FROM order_lines WHERE order_id = orders.id
                ) - (
                    SELECT coalesce(sum(amount), 0) FROM refunds
                    WHERE order_id = orders.id AND item_id = acceptance.item_id
                ), 2)
                ELSE round((
                    SELECT min((suggestion #>> '{price,amount}')::numeric)
                    FROM decisions CROSS JOIN LATERAL (
                        SELECT convert_from(decisions.answer, 'UTF8') AS text
                    ) sent CROSS JOIN LATERAL jsonb_path_query(
                        CASE WHEN text IS JSON OBJECT THEN text::jsonb END, '$.suggestions[*]'
                    ) suggestion
                    WHERE decisions.suggestion_id = acceptance.suggestion_id
                        AND suggestion ->> 'item_id' = acceptance.item_id
                ), 2)
            END AS amount
        ) value
    WHERE acceptance.place = 1
),
sold AS (
    SELECT suggestion_id, sum(amount) AS amount,
        sum(amount) FILTER (WHERE NOT ordered_in_window) AS not_yet_ordered,
        count(*) FILTER (WHERE amount IS NULL) AS unpriced
    FROM sale GROUP BY suggestion_id
),

-- What was ordered: each order belongs to the customer's latest contact before it.
credited AS (
    SELECT DISTINCT ON (orders.id) orders.id AS order_id, net, interactions.id, occurred_at
    FROM orders JOIN interactions USING (customer_id)
    WHERE placed_at >= %(start)s AND placed_at <= %(last)s
        AND occurred_at >= %(start)s AND occurred_at <= %(last)s
        AND placed_at >= occurred_at AND placed_at <= occurred_at + %(window)s
    ORDER BY orders.id, occurred_at DESC, interactions.id COLLATE "C" DESC
),
bought AS (
    SELECT id, sum(net) AS amount, count(*) FILTER (WHERE net < 0) AS below_zero
    FROM credited WHERE occurred_at < %(end)s GROUP BY id
)

SELECT
    part AS "group",
    count(*) AS interactions,
    count(*) FILTER (WHERE rule = 'given') AS cost_given,
    count(*) FILTER (WHERE rule = 'handle_time') AS cost_by_time,
    count(*) FILTER (WHERE rule = 'vendor') AS cost_by_vendor,
    count(*) FILTER (WHERE rule = 'per_contact') AS cost_by_channel,
    count(*) FILTER (WHERE eligible) AS eligible,
    count(*) FILTER (WHERE asked) AS asked,
    count(*) FILTER (WHERE accepted) AS accepted,
    count(*) FILTER (WHERE offered AND asked IS NULL) AS unreported,
    coalesce(sum(cost), 0) AS service_cost,
    coalesce(sum(goodwill), 0) AS goodwill,
    coalesce(sum(tooling), 0) AS tooling,
    coalesce(sum(ask_cost) FILTER (WHERE asked), 0) AS cost_of_asking,
    coalesce(sum(sold.amount), 0) AS same_contact_sales,
    coalesce(sum(bought.amount), 0) + coalesce(sum(not_yet_ordered), 0) AS attributed_sales,
    coalesce(sum(unpriced), 0)::bigint AS unpriced,
    coalesce(sum(below_zero), 0)::bigint AS refunded_beyond,
    coalesce(sum(retold), 0)::bigint AS retold,
    coalesce(sum(early), 0)::bigint AS early
FROM contact
    LEFT JOIN answer USING (suggestion_id)
    LEFT JOIN sold USING (suggestion_id)
    LEFT JOIN bought ON bought.id = contact.id
GROUP BY part
ORDER BY part COLLATE "C" NULLS LAST
