"""Who has died, and on which day: visits to them after that day are called off, and their series end."""

from alembic import op

revision = "0025_deceased_persons"
down_revision = "0024_unsettled_records"
branch_labels = None
depends_on = None

TABLE = """
create table deceased_person (
  person uuid primary key,
  last_day date not null
);
"""
# The service's own work alone reads it, and whose data it is.
SECURITY = """
alter table deceased_person enable row level security;
alter table deceased_person force row level security;
create policy deceased_person_own on deceased_person using (
  coalesce(current_setting('kith.system', true), '') <> ''
  or (nullif(current_setting('kith.acting_for', true), '') is null
    and person = nullif(current_setting('kith.caller', true), '')::uuid));
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(SECURITY)
