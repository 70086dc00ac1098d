"""What the money needs: goodwill and efforts, discounts, exchange rates, own costs, the holdout.

An order keeps what it brought (`net`), so that the report need not add up the lines of a year. A
release before this one cannot write orders any more: stop its workers first.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

CHANGES = """
ALTER TABLE interactions
    ADD goodwill_amount numeric(14, 2) CHECK (goodwill_amount >= 0),
    ADD efforts jsonb;

ALTER TABLE orders
    ADD discount numeric(14, 4) CHECK (discount >= 0),
    ADD net numeric,
    ADD original_currency text,
    ADD original_amount numeric,
    ADD rate numeric(20, 10),
    ADD rate_day date;
UPDATE orders SET net = CASE WHEN cancelled_at IS NULL THEN round(
        (SELECT coalesce(sum(quantity * unit_price), 0) FROM order_lines WHERE order_id = id)
        - (SELECT coalesce(sum(amount), 0) FROM refunds WHERE order_id = id), 2)
    ELSE 0 END;
ALTER TABLE orders ALTER net SET NOT NULL;
COMMENT ON COLUMN orders.net IS
    'lines less discount and refunds, 0 when cancelled; written by ledger/feed.py';
COMMENT ON COLUMN orders.original_amount IS
    'lines less discount in original_currency, turned into the ledger''s at rate of rate_day';

-- Both carry what the report reads, so that it need not fetch the rows themselves.
DROP INDEX orders_customer;
CREATE INDEX orders_customer ON orders (customer_id, placed_at)
    INCLUDE (id, net, discount, cancelled_at);
DROP INDEX orders_placed_at;
CREATE INDEX orders_placed_at ON orders (placed_at)
    INCLUDE (customer_id, id, net, discount, cancelled_at);
CREATE INDEX orders_of_nobody ON orders (placed_at) INCLUDE (net) WHERE customer_id IS NULL;
CREATE INDEX orders_converted ON orders (placed_at) WHERE original_currency IS NOT NULL;
CREATE INDEX outcomes_occurred_at ON outcomes (occurred_at)
    INCLUDE (suggestion_id, item_id, result, order_id, event_id);
ALTER TABLE decisions DROP CONSTRAINT decisions_interaction_id_key;
ALTER TABLE decisions ADD CONSTRAINT decisions_interaction_id_key UNIQUE (interaction_id)
    INCLUDE (suggestion_id, decision, eligible, arm, ask_seconds, kind, script_id, model_version);

CREATE TABLE exchange_rates (
    currency text NOT NULL,
    day      date NOT NULL,
    rate     numeric(20, 10) NOT NULL CHECK (rate > 0),
    PRIMARY KEY (currency, day)
);
COMMENT ON COLUMN exchange_rates.rate IS 'units of the ledger''s currency for one of this';

CREATE TABLE costs (
    version    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content    jsonb NOT NULL,
    entered_by text NOT NULL,
    entered_at timestamptz NOT NULL
);

-- Which customers were held out, and since when: a row for every change of it.
CREATE TABLE holdouts (
    used_from      timestamptz PRIMARY KEY,
    policy_version text NOT NULL,
    share          numeric(5, 4) NOT NULL CHECK (share BETWEEN 0 AND 0.5),
    experiment     text NOT NULL,
    salt           text NOT NULL
);
"""


def upgrade() -> None:
    op.execute(CHANGES)
