"""A projection of identity's merges: entries of persons that are no longer used."""

from alembic import op

revision = "0003_merged_persons"
down_revision = "0002_votes"
branch_labels = None
depends_on = None

CHANGES = """
create table merged_person (
  person uuid primary key,
  kept uuid not null
);
"""


def upgrade() -> None:
    op.execute(CHANGES)
