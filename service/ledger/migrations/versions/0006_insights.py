"""What the reports on how it is done need: worth, satisfaction, and when a customer opted out.

`worth` of decisions of before is read from their records once, which takes minutes on a large
ledger. When somebody opted out before is not known: the day the ledger first heard of them stands
for it, which is before any ask.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

CHANGES = """
ALTER TABLE interactions ADD satisfaction smallint CHECK (satisfaction BETWEEN 1 AND 5);

ALTER TABLE decisions ADD worth numeric(14, 2);
COMMENT ON COLUMN decisions.worth IS
    'expected contribution of the ask that came first, in the holdout of the one not made';
UPDATE decisions SET worth =
    coalesce(record #>> '{suggestions,0,worth}', record #>> '{shadow,0,worth}')::numeric
WHERE eligible;

ALTER TABLE customers ADD opted_out_at timestamptz;
COMMENT ON COLUMN customers.opted_out_at IS
    'since when the customer objects or refuses marketing; kept by the trigger';
UPDATE customers SET opted_out_at = created_at WHERE objected OR marketing IS FALSE;

-- Consent is written in several places; here is the one through which all of it passes.
CREATE FUNCTION note_opt_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.opted_out_at := CASE WHEN NEW.objected OR NEW.marketing IS FALSE THEN now() END;
    RETURN NEW;
END $$;
CREATE TRIGGER note_opt_out BEFORE INSERT OR UPDATE ON customers FOR EACH ROW
    WHEN ((NEW.objected OR NEW.marketing IS FALSE) <> (NEW.opted_out_at IS NOT NULL))
    EXECUTE FUNCTION note_opt_out();
"""


def upgrade() -> None:
    op.execute(CHANGES)
