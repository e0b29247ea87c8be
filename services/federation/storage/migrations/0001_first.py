"""Federation's first tables."""

from alembic import op

from libs.access import hats
from libs.database import house_tables
from services.federation.storage import peer_tables, vote_tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(house_tables.FIRST)
    op.execute(hats.TABLE)
    op.execute(peer_tables.FIRST)
    op.execute(vote_tables.FIRST)
    op.execute(house_tables.locked_down("kith_federation_run"))
