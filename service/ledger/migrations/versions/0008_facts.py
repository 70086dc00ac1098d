"""What is to be known of the ledger as a whole, such as that its data are made.

`made_data` is there, as true, when the data were made by a seed; `made_truth` holds what it knows.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("CREATE TABLE facts (key text PRIMARY KEY, value jsonb NOT NULL)")
