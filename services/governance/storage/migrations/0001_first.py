"""Governance's first tables."""

from alembic import op

from libs.access import hats
from libs.database import house_tables
from services.governance.storage import tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(house_tables.FIRST)
    op.execute(hats.TABLE)
    op.execute(tables.FIRST)
    op.execute(house_tables.locked_down("kith_governance_run"))
