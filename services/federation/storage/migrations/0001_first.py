"""Federation's first tables."""

from alembic import op

from libs.database import shared_ddl
from services.federation.storage import peer_tables, vote_tables

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    op.execute(shared_ddl.CREATE_SHARED_TABLES)
    op.execute(shared_ddl.CREATE_WORN_HAT)
    op.execute(peer_tables.CREATE_PEER_TABLES)
    op.execute(vote_tables.CREATE_VOTE_TABLES)
    op.execute(shared_ddl.revoke_run_role_rights("kith_federation_run"))
