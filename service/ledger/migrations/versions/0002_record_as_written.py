"""The record of a decision is kept as it was written.

`jsonb` takes it apart for look-ups that nobody makes, and is longer: a tenth of the work of every
write. `->` and `->>` ask `json` the same. A large ledger is written anew once, which takes minutes.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE decisions ALTER record TYPE json USING record::json")
