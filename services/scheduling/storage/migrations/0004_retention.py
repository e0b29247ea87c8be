"""How long visits are kept, holds, and the log of disposals."""

from alembic import op

from libs.database.shared_ddl import CREATE_RETENTION_TABLES, keep_disposals

revision = "0004_retention"
down_revision = "0003_clearance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CREATE_RETENTION_TABLES)
    op.execute(keep_disposals("kith_scheduling_run"))
    op.execute("create index visit_by_end on visit (ends); create index visit_place_by_end on visit_place (ends)")
