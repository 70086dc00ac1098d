"""What the gates look at beside: the customer's view of severity, the effort, the time zone."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE interactions ADD customer_severity text, ADD loops integer,"
        " ADD pressed_zero boolean"
    )
    op.execute("ALTER TABLE customers ADD time_zone text")
