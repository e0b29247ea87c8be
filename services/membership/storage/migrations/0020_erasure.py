"""Persons are erased here when identity says so; holds, retention and the log of disposals."""

from alembic import op

from libs.database.shared_ddl import CREATE_ERASURE_TABLES, allow_erasure

revision = "0020_erasure"
down_revision = "0012_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CREATE_ERASURE_TABLES)
    op.execute(allow_erasure("kith_membership_run"))
