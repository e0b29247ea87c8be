"""Which credentials workers hold, what each gates, and whose are to be looked at again."""

from alembic import op

revision = "0003_clearance"
down_revision = "0002_merged_persons"
branch_labels = None
depends_on = None

TABLES = """
create table held_credential (
  id uuid primary key,
  person uuid not null,
  kind text not null,
  expires_on date
);
create index held_credential_by_person on held_credential (person);

create table credential_rule (
  kind text primary key,
  gates text[] not null
);

create table uncleared (
  worker uuid primary key
);
"""


def upgrade() -> None:
    op.execute(TABLES)
