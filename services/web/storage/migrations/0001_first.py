"""Web's first tables."""

from alembic import op

from libs.database import shared_tables
from services.web.storage import tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(shared_tables.CREATE_SHARED_TABLES)
    op.execute(tables.FIRST)
    op.execute(shared_tables.revoke_run_role_rights("kith_web_run"))
