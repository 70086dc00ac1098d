"""Messages that put a decision into writing, and the keys that sign the links in them.

The first key is made here, once, so that all workers sign alike: two random UUIDs of PostgreSQL's
strong generator, 244 bits.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE messages (
    id            text PRIMARY KEY,
    suggestion_id text NOT NULL REFERENCES decisions,
    channel       text NOT NULL,
    item_id       text NOT NULL,
    made_at       timestamptz NOT NULL,
    not_before    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    page          json NOT NULL,
    answer        bytea NOT NULL,
    opened_at     timestamptz,
    accepted_at   timestamptz,
    UNIQUE (suggestion_id, channel, item_id)
);
COMMENT ON COLUMN messages.page IS 'what the link shows: the item and its price, nobody''s data';
COMMENT ON COLUMN messages.opened_at IS 'when the link was first followed';

CREATE TABLE link_keys (
    secret  text PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO link_keys (secret) VALUES (gen_random_uuid()::text || gen_random_uuid()::text);
"""


def upgrade() -> None:
    op.execute(TABLES)
