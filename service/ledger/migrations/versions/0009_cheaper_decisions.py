"""The trigger for opting out looks only where consent is written, not wherever a version rises.

PostgreSQL reads the condition of a trigger anew for every statement that it may concern.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

CHANGES = """
DROP TRIGGER note_opt_out ON customers;
CREATE TRIGGER note_opt_out BEFORE INSERT OR UPDATE OF marketing, objected ON customers
    FOR EACH ROW WHEN ((NEW.objected OR NEW.marketing IS FALSE) <> (NEW.opted_out_at IS NOT NULL))
    EXECUTE FUNCTION note_opt_out();
"""


def upgrade() -> None:
    op.execute(CHANGES)
