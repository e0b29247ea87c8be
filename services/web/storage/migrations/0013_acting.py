"""A session knows for whom its person acts, if they do."""

from alembic import op

revision = "0013_acting"
down_revision = "0012_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table session add column acting_for uuid")
