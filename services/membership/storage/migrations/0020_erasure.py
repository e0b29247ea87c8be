"""Persons are erased here when identity says so; holds, retention and the log of disposals."""

from alembic import op

from libs.database.shared_ddl import CREATE_ERASURE_TABLES, CREATE_RETENTION_TABLES, allow_erasure, keep_disposals

revision = "0020_erasure"
down_revision = "0012_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CREATE_ERASURE_TABLES + CREATE_RETENTION_TABLES)
    op.execute(allow_erasure("kith_membership_run"))
    op.execute(keep_disposals("kith_membership_run"))
