"""Entries of persons that were merged into others, as far as the register has followed."""

from alembic import op

revision = "0002_merged_persons"
down_revision = "0001_first"
branch_labels = None
depends_on = None

CHANGES = """
create table merged_person (
  person uuid primary key,
  kept uuid not null,
  fact uuid not null,
  merged_at timestamptz not null
);
revoke update, delete, truncate on merged_person from kith_membership_run;
"""


def upgrade() -> None:
    op.execute(CHANGES)
