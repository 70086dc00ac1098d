-- The contacts of a period, each with its cost and with what was decided in it, for the statements that
-- follow in the same transaction. Amounts are rounded to the cent per contact and never later, so that
-- the groups of any grouping add up to the total.
CREATE TEMPORARY TABLE contact ON COMMIT DROP AS
WITH price AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(prices)s) AS price(
        channel text, per_contact numeric, fee numeric, concurrency numeric,
        in_house numeric, outsourced numeric, vendor numeric)
),

-- The month's software, spread over all contacts of the month: what does not divide goes to the
-- first of them, cent by cent (largest remainder; all remainders are equal).
tool AS MATERIALIZED (
    SELECT id, (%(tooling_cents)s / contacts + (place <= %(tooling_cents)s %% contacts)::int)
        / 100.0 AS amount
    FROM (
        SELECT id, count(*) OVER (PARTITION BY month) AS contacts,
            row_number() OVER (PARTITION BY month ORDER BY occurred_at, id COLLATE "C") AS place
        FROM (
            SELECT id, occurred_at, date_trunc('month', occurred_at, 'UTC') AS month
            FROM interactions
            WHERE %(tooling_cents)s > 0
                AND occurred_at >= date_trunc('month', %(start)s, 'UTC')
                AND occurred_at < date_trunc(
                    'month', %(end)s - interval '1 microsecond', 'UTC') + interval '1 month'
        ) of_month
    ) placed
)
SELECT interactions.id, interactions.customer_id, interactions.occurred_at,
    decisions.suggestion_id, decisions.decision = 'offer' AS offered, decisions.eligible,
    decisions.arm, rule, handling, goodwill, tooling,
    handling + goodwill + tooling AS cost,
    least(coalesce(round(ask_seconds * hourly / (3600 * concurrency), 2), 0), handling)
        AS ask_cost,
    interactions.channel, interactions.topic, interactions.agent_id, decisions.kind,
    CASE %(group_by)s
        WHEN 'day' THEN to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        WHEN 'week' THEN to_char(occurred_at AT TIME ZONE 'UTC', 'IYYY-"W"IW')
        WHEN 'channel' THEN interactions.channel
        WHEN 'topic' THEN interactions.topic
        WHEN 'touchpoint' THEN interactions.channel || '/' || interactions.topic
        -- what came before the contact; worked out for this grouping only
        WHEN 'touchpoint_stage' THEN interactions.channel || '/' || interactions.topic || '/' || CASE
            WHEN interactions.first_contact IS FALSE OR EXISTS (
                SELECT FROM interactions earlier
                WHERE earlier.customer_id = interactions.customer_id
                    AND earlier.occurred_at < interactions.occurred_at
                    AND earlier.occurred_at >= interactions.occurred_at - interval '7 days'
                    AND (earlier.topic = interactions.topic
                        OR earlier.journey_id = interactions.journey_id)
            ) THEN 'repeat'
            ELSE coalesce((
                SELECT CASE WHEN placed_at >= interactions.occurred_at - interval '30 days'
                    THEN 'after_order' ELSE 'between_orders' END
                FROM orders
                WHERE orders.customer_id = interactions.customer_id
                    AND placed_at < interactions.occurred_at AND cancelled_at IS NULL
                ORDER BY placed_at DESC LIMIT 1
            ), 'before_first_order')
        END
        WHEN 'team' THEN interactions.team
        WHEN 'agent' THEN interactions.agent_id
        WHEN 'employer' THEN interactions.employer
        WHEN 'kind' THEN decisions.kind
        WHEN 'script' THEN decisions.script_id
        WHEN 'model_version' THEN decisions.model_version
    END AS part
FROM interactions
    LEFT JOIN decisions ON decisions.interaction_id = interactions.id
    LEFT JOIN tool ON tool.id = interactions.id
    JOIN price ON price.channel = CASE
        WHEN interactions.channel = ANY (%(channels)s) THEN interactions.channel ELSE '' END
    CROSS JOIN LATERAL (
        SELECT CASE WHEN employer = 'outsourced' THEN outsourced ELSE in_house END AS hourly,
            CASE WHEN employer = 'outsourced' THEN vendor END AS bill
    ) rate
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN cost_amount IS NOT NULL THEN 'given'
            WHEN bill IS NOT NULL THEN 'vendor'
            WHEN handle_seconds * hourly IS NOT NULL THEN 'handle_time'
            ELSE 'per_contact'
        END AS rule
    ) known
    CROSS JOIN LATERAL (
        SELECT round(CASE rule
            WHEN 'given' THEN cost_amount
            WHEN 'vendor' THEN bill
            WHEN 'handle_time' THEN handle_seconds * hourly / (3600 * concurrency) + fee
            ELSE per_contact
        END, 2) AS handling,
        coalesce(goodwill_amount, 0) AS goodwill,
        round(%(tooling_each)s, 2) + coalesce(tool.amount, 0) AS tooling
    ) spent
WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
    AND (%(only_channel)s::text IS NULL OR interactions.channel = %(only_channel)s)
    AND (%(only_team)s::text IS NULL
        OR interactions.team IS NOT DISTINCT FROM nullif(%(only_team)s, '(none)'))
