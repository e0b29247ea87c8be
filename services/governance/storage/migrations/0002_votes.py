"""Creates the tables for federated votes."""

from alembic import op

from services.governance.storage import vote_tables

revision = "0002_votes"
down_revision = "0001_first"


def upgrade() -> None:
    op.execute(vote_tables.SECOND)
