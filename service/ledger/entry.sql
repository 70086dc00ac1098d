-- Customers with an eligible contact in contact.sql, and since when: everything before the first one is
-- as chance left it, everything after may come of asking.
CREATE TEMPORARY TABLE entry ON COMMIT DROP AS
SELECT customer_id, min(occurred_at) AS entered, min(arm) = 'treatment' AS treated,
    min(arm) <> max(arm) AS both_arms
FROM contact WHERE eligible AND arm IS NOT NULL
GROUP BY customer_id
