"""Who may act for whom. Identity's events are read again, as some rights began before this table was there."""

from alembic import op

from libs.database.shared_ddl import CREATE_ACTING_RIGHTS, FOLLOW_IDENTITY_AGAIN

revision = "0023_acting"
down_revision = "0021_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CREATE_ACTING_RIGHTS)
    op.execute(FOLLOW_IDENTITY_AGAIN)
