-- The sums behind the recovery report; report.py runs it, service/reports/definitions.py says what
-- each number means. Read it top down: what contacts cost, what customers said, what they bought.
-- Amounts are rounded to the cent per contact, order and accepted item and never later, so that
-- the groups of any grouping add up to the total.
WITH price AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(prices)s) AS price(
        channel text, per_contact numeric, fee numeric, concurrency numeric,
        in_house numeric, outsourced numeric)
),

-- The contacts of the period, each with its cost and with what was decided in it.
contact AS MATERIALIZED (
    SELECT interactions.id, interactions.customer_id, interactions.occurred_at,
        decisions.suggestion_id, decisions.decision = 'offer' AS offered, decisions.eligible,
        decisions.arm, decisions.item_ids[1] AS first_item_id,
        cost_amount IS NOT NULL AS cost_given,
        cost_amount IS NULL AND handle_seconds * hourly IS NOT NULL AS cost_by_time,
        coalesce(
            cost_amount,
            round(handle_seconds * hourly / (3600 * concurrency) + fee, 2),
            round(per_contact, 2)
        ) AS cost,
        coalesce(round(ask_seconds * hourly / (3600 * concurrency), 2), 0) AS ask_cost,
        CASE %(group_by)s
            WHEN 'day' THEN to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
            WHEN 'week' THEN to_char(occurred_at AT TIME ZONE 'UTC', 'IYYY-"W"IW')
            WHEN 'channel' THEN interactions.channel
            WHEN 'topic' THEN interactions.topic
            WHEN 'touchpoint' THEN interactions.channel || '/' || interactions.topic
            WHEN 'team' THEN interactions.team
            WHEN 'agent' THEN interactions.agent_id
            WHEN 'employer' THEN interactions.employer
            WHEN 'kind' THEN decisions.kind
            WHEN 'script' THEN decisions.script_id
            WHEN 'model_version' THEN decisions.model_version
        END AS part
    FROM interactions
        LEFT JOIN decisions ON decisions.interaction_id = interactions.id
        JOIN price ON price.channel = CASE
            WHEN interactions.channel = ANY (%(channels)s) THEN interactions.channel ELSE '' END
        CROSS JOIN LATERAL (
            SELECT CASE WHEN employer = 'outsourced' THEN outsourced ELSE in_house END AS hourly
        ) rate
    WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
),

-- The suggestions of these contacts, and whichever others were accepted into the same orders.
in_play AS (
    SELECT suggestion_id, first_item_id FROM contact WHERE suggestion_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT rival.suggestion_id, decisions.item_ids[1]
    FROM contact
        JOIN outcomes USING (suggestion_id)
        JOIN outcomes rival ON rival.order_id = outcomes.order_id
            AND rival.suggestion_id <> outcomes.suggestion_id
        JOIN decisions ON decisions.suggestion_id = rival.suggestion_id
    WHERE NOT EXISTS (
        SELECT FROM contact mine WHERE mine.suggestion_id = rival.suggestion_id)
),
-- The last word on each suggested item; an outcome that names no item speaks of the first.
said AS MATERIALIZED (
    SELECT DISTINCT ON (suggestion_id, coalesce(item_id, first_item_id))
        suggestion_id, coalesce(item_id, first_item_id) AS item_id, result, order_id,
        occurred_at, event_id
    FROM in_play JOIN outcomes USING (suggestion_id)
    ORDER BY suggestion_id, coalesce(item_id, first_item_id),
        occurred_at DESC, event_id COLLATE "C" DESC
),
answer AS (
    SELECT suggestion_id,
        bool_or(result IN ('accepted', 'declined', 'maybe_later')) AS asked,
        bool_or(result = 'accepted') AS accepted
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
        JOIN decisions USING (suggestion_id)
        LEFT JOIN orders ON orders.id = acceptance.order_id
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN acceptance.item_id IS NULL THEN NULL
                WHEN orders.cancelled_at IS NOT NULL THEN 0
                WHEN orders.id IS NOT NULL THEN round((
                    SELECT coalesce(sum(quantity * unit_price), 0) FROM order_lines
                    WHERE order_id = orders.id AND item_id = acceptance.item_id
                ) - (
                    SELECT coalesce(sum(amount), 0) FROM refunds
                    WHERE order_id = orders.id AND item_id = acceptance.item_id
                ), 2)
                WHEN convert_from(decisions.answer, 'UTF8') IS JSON OBJECT THEN round((
                    SELECT min((suggestion #>> '{price,amount}')::numeric)
                    FROM jsonb_path_query(
                        convert_from(decisions.answer, 'UTF8')::jsonb, '$.suggestions[*]'
                    ) suggestion
                    WHERE suggestion ->> 'item_id' = acceptance.item_id
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
    SELECT DISTINCT ON (orders.id) orders.id AS order_id, interactions.id, occurred_at
    FROM orders JOIN interactions USING (customer_id)
    WHERE placed_at >= %(start)s AND placed_at <= %(last)s AND cancelled_at IS NULL
        AND occurred_at >= %(start)s AND occurred_at <= %(last)s
        AND placed_at >= occurred_at AND placed_at <= occurred_at + %(window)s
    ORDER BY orders.id, occurred_at DESC, interactions.id COLLATE "C" DESC
),
bought AS (
    SELECT id, sum(net) AS amount
    FROM (
        SELECT credited.id, order_id, round(sum(amount), 2) AS net
        FROM credited JOIN (
            SELECT order_id, quantity * unit_price AS amount FROM order_lines
            UNION ALL
            SELECT order_id, -amount FROM refunds
        ) movement USING (order_id)
        WHERE occurred_at < %(end)s
        GROUP BY credited.id, order_id
    ) net_order
    GROUP BY id
)

SELECT
    grouping(part) = 1 AS whole,
    part AS "group",
    count(*) AS interactions,
    count(*) FILTER (WHERE cost_given) AS cost_given,
    count(*) FILTER (WHERE cost_by_time) AS cost_by_time,
    count(*) FILTER (WHERE NOT cost_given AND NOT cost_by_time) AS cost_by_channel,
    count(*) FILTER (WHERE eligible) AS eligible,
    count(*) FILTER (WHERE asked) AS asked,
    count(*) FILTER (WHERE accepted) AS accepted,
    count(*) FILTER (WHERE offered AND asked IS NULL) AS unreported,
    count(DISTINCT customer_id) FILTER (WHERE eligible AND arm = 'treatment')
        AS customers_treatment,
    count(DISTINCT customer_id) FILTER (WHERE eligible AND arm = 'holdout') AS customers_holdout,
    coalesce(sum(cost), 0) AS service_cost,
    coalesce(sum(least(ask_cost, cost)) FILTER (WHERE asked), 0) AS cost_of_asking,
    coalesce(sum(sold.amount), 0) AS same_contact_sales,
    coalesce(sum(bought.amount), 0) + coalesce(sum(not_yet_ordered), 0) AS attributed_sales,
    coalesce(sum(unpriced), 0)::bigint AS unpriced
FROM contact
    LEFT JOIN answer USING (suggestion_id)
    LEFT JOIN sold USING (suggestion_id)
    LEFT JOIN bought ON bought.id = contact.id
GROUP BY GROUPING SETS ((part), ())
ORDER BY whole, part COLLATE "C" NULLS LAST
