"""News of votes with other co-ops, and of the other co-ops themselves."""

from alembic import op

from services.web.storage import tables

revision = "0002_between_co_ops"
down_revision = "0001_first"


def upgrade() -> None:
    op.execute(tables.FEDERATED_NEWS)
