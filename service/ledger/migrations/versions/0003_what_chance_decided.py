"""What chance decided, as columns: the learning counts by them, and estimates divide by them.

`probability` is the calibrated chance of the item that came first, `propensity` the probability
that it came first, `script_variant` names its words. Empty in decisions of before.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = """
ALTER TABLE decisions
    ADD COLUMN IF NOT EXISTS probability double precision,
    ADD COLUMN IF NOT EXISTS propensity double precision,
    ADD COLUMN IF NOT EXISTS script_variant text;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
