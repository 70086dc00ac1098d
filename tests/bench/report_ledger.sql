-- A year of a large centre, made by PostgreSQL itself: %(decisions)s contacts, each with a decision,
-- in the order of time, and orders of two or three lines. About one customer in ten is held out.
SELECT setseed(0.5);
INSERT INTO customers (id) SELECT 'c' || n FROM generate_series(0, %(customers)s - 1) n;
INSERT INTO items (id, name, price, currency, unit_cost, digest)
SELECT 'i' || n, 'Item ' || n, 5 + n %% 200, 'GBP', CASE WHEN n %% 5 > 0 THEN 2 + n %% 80 END, ''
FROM generate_series(0, 4999) n;
INSERT INTO interactions (id, customer_id, channel, topic, status, resolved_at, handle_seconds,
    agent_id, team, employer, satisfaction, efforts, digest)
SELECT 'case-' || n, 'c' || floor(random() * %(customers)s)::bigint,
    (ARRAY['phone', 'chat', 'email', 'web'])[1 + floor(random() * 4)::int],
    (ARRAY['return', 'delivery', 'billing', 'other'])[1 + floor(random() * 4)::int], 'resolved',
    %(end)s - (%(decisions)s - n) * (interval '365 days' / %(decisions)s),
    60 + floor(random() * 600)::int, 'csr-' || n %% 300, 'team-' || n %% 12,
    CASE WHEN n %% 3 = 0 THEN 'outsourced' ELSE 'in_house' END,
    CASE WHEN n %% 10 < 3 THEN 1 + n %% 5 END,
    CASE WHEN n %% 7 = 0 THEN '[{"name": "express", "cost": {"amount": "6.00"}}]'::jsonb END,
    sha256(n::text::bytea)
FROM generate_series(0, %(decisions)s - 1) n;
INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel, decision,
    reason, eligible, arm, item_ids, kind, script_id, ask_seconds, model_version, policy_version,
    record, body_digest, answer, worth)
SELECT 'sug_' || md5(id), id, customer_id, resolved_at, channel,
    CASE WHEN offered THEN 'offer' ELSE 'no_offer' END, NULL, eligible,
    CASE WHEN eligible THEN CASE WHEN held THEN 'holdout' ELSE 'treatment' END END,
    CASE WHEN offered THEN ARRAY['i' || part, 'i' || part + 1] ELSE '{}' END,
    CASE WHEN offered THEN 'repeat' END,
    CASE WHEN offered THEN channel || '.' || topic || '.repeat.calm' END,
    CASE WHEN offered THEN 25 END, '2026', '1',
    -- as long as real ones after compression
    json_build_object('features', (SELECT string_agg(md5(id || f), '') FROM generate_series(1, 20) f)),
    sha256(id::bytea),
    convert_to(json_build_object('text', (SELECT string_agg(md5(f || id), '')
        FROM generate_series(1, 30) f), 'suggestions', json_build_array(json_build_object('item_id',
        'i' || part, 'price', json_build_object('amount', '12.75', 'currency', 'GBP'))))::text, 'UTF8'),
    CASE WHEN eligible THEN 1.50 END
FROM (
    SELECT *, eligible AND NOT held AS offered
    FROM (
        SELECT *, substr(customer_id, 2)::bigint %% 10 = 0 AS held, hashtext(id) %% 100 < 64 AS eligible,
            abs(hashtext(id)) %% 4000 AS part
        FROM interactions
    ) drawn
) contact ORDER BY resolved_at;
INSERT INTO outcomes (event_id, suggestion_id, item_id, result, order_id, occurred_at, digest)
SELECT 'e-' || suggestion_id, suggestion_id, item_ids[1],
    CASE WHEN draw < 0.10 THEN 'accepted' WHEN draw < 0.60 THEN 'declined' ELSE 'not_offered' END,
    CASE WHEN draw < 0.05 THEN 'o' || floor(random() * %(orders)s)::bigint END, decided_at, ''
FROM (SELECT *, random() AS draw FROM decisions WHERE decision = 'offer') offer WHERE draw < 0.9;
INSERT INTO orders (id, customer_id, placed_at, currency, digest, net)
SELECT 'o' || n, 'c' || floor(random() * %(customers)s)::bigint,
    %(end)s - (%(orders)s - n) * (interval '365 days' / %(orders)s), 'GBP', sha256(n::text::bytea), 0
FROM generate_series(0, %(orders)s - 1) n;
INSERT INTO order_lines (order_id, position, item_id, quantity, unit_price, unit_cost)
SELECT 'o' || n, line, 'i' || floor(random() * 5000)::int, 1 + floor(random() * 2)::int,
    round((3 + random() * 60)::numeric, 2), CASE WHEN random() < 0.5 THEN 4.20 END
FROM generate_series(0, %(orders)s - 1) n, generate_series(0, 1 + n %% 2) line;
INSERT INTO refunds (order_id, position, item_id, quantity, amount, refunded_at)
SELECT order_id, 0, item_id, 1, unit_price, now() FROM order_lines
WHERE position = 0 AND hashtext(order_id) %% 100 < 5 AND hashtext(order_id) >= 0;
UPDATE orders SET net = round(lines - coalesce(refunded, 0), 2) FROM (
    SELECT order_id, sum(quantity * unit_price) AS lines FROM order_lines GROUP BY order_id) sum_of
    LEFT JOIN (SELECT order_id, sum(amount) AS refunded FROM refunds GROUP BY order_id) back
    USING (order_id)
WHERE id = order_id;
