"""The calibrated chance of what was shown first, as a column: the measured uplift divides by it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE decisions ADD COLUMN IF NOT EXISTS probability double precision")
