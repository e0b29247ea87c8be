"""Reads are audited in full and chained, and the rights to read and the keys of persons are stored."""

from alembic import op

from libs.database.shared_ddl import ADD_READS_IN_FULL, CREATE_ACCESS_TABLES, CREATE_PERSON_KEYS, grant_audit_numbers

revision = "0010_reads_in_full"
down_revision = "0004_merged_persons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ADD_READS_IN_FULL)
    op.execute(CREATE_ACCESS_TABLES)
    op.execute(CREATE_PERSON_KEYS)
    op.execute(grant_audit_numbers("kith_identity_run"))
