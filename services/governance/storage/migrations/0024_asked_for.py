"""Votes by phone: that the person chose, and asked those who entered it to do so."""

from alembic import op

revision = "0024_asked_for"
down_revision = "0023_acting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("ballot", "ballot_entry", "vote_ballot", "vote_ballot_entry"):
        op.execute(f"alter table {table} add column asked_for boolean not null default false")
