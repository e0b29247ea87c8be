"""Reads are audited in full and chained."""

from alembic import op

from libs.database.shared_ddl import ADD_READS_IN_FULL, grant_audit_numbers

revision = "0010_reads_in_full"
down_revision = "0003_merged_persons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ADD_READS_IN_FULL)
    op.execute(grant_audit_numbers("kith_governance_run"))
