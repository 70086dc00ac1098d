-- Some months of a small centre, made by PostgreSQL itself: %(contacts)s contacts up to %(until)s, whose
-- customers order anyway in three of ten weeks, and more often after an ask by phone or chat. Three of
-- ten customers are held out.
SELECT setseed(0.25);
INSERT INTO customers (id) SELECT 'c' || n FROM generate_series(0, %(contacts)s / 2) n;
INSERT INTO interactions (id, customer_id, channel, topic, status, resolved_at, handle_seconds,
    agent_id, team, employer, goodwill_amount, digest)
SELECT 'case-' || n, 'c' || floor(random() * (%(contacts)s / 2))::bigint,
    (ARRAY['phone', 'phone', 'chat', 'email'])[1 + n %% 4],
    (ARRAY['return', 'delivery', 'billing', 'product_question'])[1 + floor(random() * 4)::int],
    'resolved', %(until)s::timestamptz - (%(contacts)s - n) * (interval '91 days' / %(contacts)s),
    120 + floor(random() * 600)::int, 'csr-' || n %% 20,
    (ARRAY['north', 'south', 'west', NULL])[1 + floor(random() * 4)::int],
    CASE WHEN n %% 3 = 0 THEN 'outsourced' ELSE 'in_house' END,
    CASE WHEN n %% 40 = 0 THEN 5 END, ''
FROM generate_series(0, %(contacts)s - 1) n;
INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel, decision,
    eligible, arm, item_ids, kind, script_id, ask_seconds, model_version, policy_version, record,
    body_digest, answer)
SELECT 'sug_' || id, id, customer_id, resolved_at, channel,
    CASE WHEN eligible AND NOT held THEN 'offer' ELSE 'no_offer' END, eligible,
    CASE WHEN eligible THEN CASE WHEN held THEN 'holdout' ELSE 'treatment' END END,
    CASE WHEN eligible AND NOT held THEN ARRAY['cake'] ELSE '{}' END,
    CASE WHEN eligible THEN 'repeat' END,
    CASE WHEN eligible THEN channel || '.' || topic || '.repeat.calm' END,
    CASE WHEN eligible AND NOT held THEN 25 END, '2026', '1', '{}', '',
    '{"suggestions": [{"item_id": "cake", "price": {"amount": "12.75", "currency": "GBP"}}]}'
FROM (
    SELECT *, substr(customer_id, 2)::bigint %% 10 < 3 AS held,
        abs(hashtext(id)) %% 100 < 75 AS eligible FROM interactions) drawn;
INSERT INTO outcomes (event_id, suggestion_id, item_id, result, occurred_at, digest)
SELECT 'e-' || suggestion_id, suggestion_id, 'cake',
    CASE WHEN draw < 0.12 THEN 'accepted' WHEN draw < 0.70 THEN 'declined' ELSE 'not_offered' END,
    decided_at, ''
FROM (SELECT *, random() AS draw FROM decisions WHERE decision = 'offer') offer WHERE draw < 0.9;
INSERT INTO orders (id, customer_id, placed_at, currency, digest, net)
SELECT 'o-' || id, customer_id, occurred_at + random() * interval '6 days', 'GBP', '',
    round((15 + random() * 60)::numeric, 2)
FROM (SELECT interactions.*, coalesce(arm = 'treatment', false) AS treated
    FROM interactions JOIN decisions ON interaction_id = id) contact
WHERE random() < 0.25 + CASE WHEN treated THEN
    CASE channel WHEN 'phone' THEN 0.12 WHEN 'chat' THEN 0.07 ELSE 0 END ELSE 0 END;
INSERT INTO order_lines (order_id, position, item_id, quantity, unit_price, unit_cost)
SELECT id, 0, 'cake', 1, net, round(net * 0.6, 2) FROM orders;
