"""Web's first tables."""

from alembic import op

from libs.database import house_tables
from services.web.storage import tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(house_tables.FIRST)
    op.execute(tables.FIRST)
    op.execute(house_tables.locked_down("kith_web_run"))
