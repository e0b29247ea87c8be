"""Creates governance's first tables."""

from alembic import op

from libs.access import hats
from libs.database import shared_tables
from services.governance.storage import tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(shared_tables.CREATE_SHARED_TABLES)
    op.execute(hats.TABLE)
    op.execute(tables.FIRST)
    op.execute(shared_tables.revoke_run_role_rights("kith_governance_run"))
