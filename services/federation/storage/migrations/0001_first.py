"""Federation's first tables."""

from alembic import op

from libs.access import hats
from libs.database import shared_tables
from services.federation.storage import peer_tables, vote_tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(shared_tables.CREATE_SHARED_TABLES)
    op.execute(hats.TABLE)
    op.execute(peer_tables.CREATE_PEER_TABLES)
    op.execute(vote_tables.CREATE_VOTE_TABLES)
    op.execute(shared_tables.revoke_run_role_rights("kith_federation_run"))
