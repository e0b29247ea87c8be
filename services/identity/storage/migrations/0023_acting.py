"""Grants are found by whom they let see a field: the lists of what is shared with somebody, and of one field of many people."""

from alembic import op

revision = "0023_acting"
down_revision = "0022_passkeys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index access_grant_by_audience on access_grant (audience_kind, audience, field)")
