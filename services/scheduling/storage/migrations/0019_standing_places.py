"""Standing places: workers who come to all visits of a series, also to those that are not made yet."""

from alembic import op

revision = "0019_standing_places"
down_revision = "0018_working_time"
branch_labels = None
depends_on = None

TABLES = """
create table standing_place (
  series uuid not null references visit_series on delete cascade,
  worker uuid not null,
  since date not null,
  joined_at timestamptz not null,
  last_day date,
  primary key (series, worker)
);
create index standing_place_by_worker on standing_place (worker);
"""
# Who sees the series, by its own policy; and the worker.
SECURITY = """
alter table standing_place enable row level security;
alter table standing_place force row level security;
create policy standing_place_seen on standing_place using (
  coalesce(current_setting('kith.system', true), '') <> ''
  or (nullif(current_setting('kith.acting_for', true), '') is null
    and worker = nullif(current_setting('kith.caller', true), '')::uuid)
  or exists (select from visit_series as of_series where of_series.id = standing_place.series));
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
