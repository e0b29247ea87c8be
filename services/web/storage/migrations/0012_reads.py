"""Reads are sealed in a hash chain."""

from alembic import op

from libs.database.shared_ddl import PREPARE_SEALING

revision = "0012_reads"
down_revision = "0010_reads_in_full"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(PREPARE_SEALING)
