"""The first ledger: who bought, who called, what was asked, what came of it."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE api_keys (
    id         text PRIMARY KEY,
    role       text NOT NULL CHECK (role IN ('agent', 'ingest', 'trainer', 'manager', 'admin')),
    label      text NOT NULL DEFAULT '',
    digest     bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

CREATE TABLE items (
    id          text PRIMARY KEY,
    name        text NOT NULL,
    category    text,
    price       numeric(14, 2) NOT NULL CHECK (price >= 0),
    currency    text NOT NULL,
    unit_cost   numeric(14, 2),
    stock       bigint,
    attributes  jsonb NOT NULL DEFAULT '{}',
    sellable    boolean NOT NULL DEFAULT true,
    known_issue text,
    digest      bytea NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX items_updated_at ON items (updated_at);

-- version rises with everything that may change a decision about the customer: a decision is
-- written only if the version it was based on is still the newest, so no cap is passed twice.
CREATE TABLE customers (
    id         text PRIMARY KEY,
    version    bigint NOT NULL DEFAULT 1,
    locale     text,
    first_name text,
    marketing  boolean,
    objected   boolean NOT NULL DEFAULT false,
    vulnerable boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orders (
    id           text PRIMARY KEY,
    customer_id  text REFERENCES customers,
    placed_at    timestamptz NOT NULL,
    currency     text NOT NULL,
    channel      text,
    cancelled_at timestamptz,
    digest       bytea NOT NULL
);
CREATE INDEX orders_customer ON orders (customer_id, placed_at);
CREATE INDEX orders_placed_at ON orders (placed_at);

CREATE TABLE order_lines (
    order_id   text NOT NULL REFERENCES orders ON DELETE CASCADE,
    position   integer NOT NULL,
    item_id    text NOT NULL,
    quantity   integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(14, 4) NOT NULL CHECK (unit_price >= 0),
    unit_cost  numeric(14, 4),
    PRIMARY KEY (order_id, position)
);

CREATE TABLE refunds (
    order_id    text NOT NULL REFERENCES orders ON DELETE CASCADE,
    position    integer NOT NULL,
    item_id     text NOT NULL,
    quantity    integer NOT NULL CHECK (quantity > 0),
    amount      numeric(14, 4) NOT NULL CHECK (amount >= 0),
    refunded_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, position)
);

CREATE TABLE interactions (
    id             text PRIMARY KEY,
    customer_id    text NOT NULL REFERENCES customers,
    channel        text NOT NULL,
    topic          text NOT NULL,
    status         text NOT NULL,
    resolved_at    timestamptz,
    first_contact  boolean,
    fault          text,
    severity       text,
    mood           text,
    public         boolean NOT NULL DEFAULT false,
    handle_seconds integer,
    agent_id       text,
    team           text,
    employer       text,
    items          jsonb NOT NULL DEFAULT '[]',
    journey_id     text,
    transfers      integer NOT NULL DEFAULT 0,
    cost_amount    numeric(14, 2),
    digest         bytea NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT now(),
    occurred_at    timestamptz GENERATED ALWAYS AS (coalesce(resolved_at, received_at)) STORED
);
CREATE INDEX interactions_customer ON interactions (customer_id, occurred_at);
CREATE INDEX interactions_occurred_at ON interactions (occurred_at);

CREATE TABLE decisions (
    suggestion_id  text PRIMARY KEY,
    interaction_id text NOT NULL UNIQUE,
    customer_id    text NOT NULL REFERENCES customers,
    decided_at     timestamptz NOT NULL,
    channel        text NOT NULL,
    decision       text NOT NULL CHECK (decision IN ('offer', 'no_offer')),
    reason         text,
    eligible       boolean NOT NULL,
    arm            text CHECK (arm IN ('treatment', 'holdout')),
    item_ids       text[] NOT NULL DEFAULT '{}',
    kind           text,
    script_id      text,
    ask_seconds    integer,
    model_version  text,
    policy_version text NOT NULL,
    degraded       boolean NOT NULL DEFAULT false,
    record         jsonb NOT NULL,
    body_digest    bytea NOT NULL,
    answer         bytea NOT NULL
);
CREATE INDEX decisions_customer ON decisions (customer_id, decided_at);
CREATE INDEX decisions_decided_at ON decisions (decided_at);
COMMENT ON COLUMN decisions.item_ids IS 'what was shown, best first; empty for no_offer';
COMMENT ON COLUMN decisions.record IS
    'features, sources, terms, exclusions and, in the holdout, the shadow decision';
COMMENT ON COLUMN decisions.answer IS 'the response body, byte for byte, for replays';

CREATE TABLE outcomes (
    event_id      text PRIMARY KEY,
    suggestion_id text NOT NULL REFERENCES decisions,
    item_id       text,
    result        text NOT NULL,
    reason        text,
    order_id      text,
    agent_id      text,
    occurred_at   timestamptz NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT now(),
    digest        bytea NOT NULL
);
CREATE INDEX outcomes_suggestion ON outcomes (suggestion_id);
CREATE INDEX outcomes_order ON outcomes (order_id);
"""


def upgrade() -> None:
    op.execute(TABLES)
