"""Calendars: the address under which a person's own calendar reads when their visits are."""

from alembic import op

revision = "0009_calendars"
down_revision = "0008_series"
branch_labels = None
depends_on = None

TABLES = """
create table calendar (
  person uuid primary key,
  key text not null unique,
  opened_at timestamptz not null
);
"""

# The person alone, and nobody who acts for them: the address is a secret of theirs.
SECURITY = """
alter table calendar enable row level security;
alter table calendar force row level security;
create policy calendar_seen on calendar using (
  coalesce(current_setting('kith.system', true), '') <> ''
  or (nullif(current_setting('kith.acting_for', true), '') is null and person = nullif(current_setting('kith.caller', true), '')::uuid)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
