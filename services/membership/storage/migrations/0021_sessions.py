"""Who helped the person is stored beside each event and each read; which lost events were handled."""

from alembic import op

from libs.database.shared_ddl import ADD_HELPED_BY, ADD_LAST_LOST, allow_erasure_of_help

revision = "0021_sessions"
down_revision = "0020_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ADD_HELPED_BY + ADD_LAST_LOST)
    op.execute(allow_erasure_of_help("kith_membership_run"))
