"""Creates governance's first tables."""

from alembic import op

from libs.database import shared_ddl
from services.governance.storage import tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(shared_ddl.CREATE_SHARED_TABLES)
    op.execute(shared_ddl.CREATE_WORN_HAT)
    op.execute(tables.FIRST)
    op.execute(shared_ddl.revoke_run_role_rights("kith_governance_run"))
