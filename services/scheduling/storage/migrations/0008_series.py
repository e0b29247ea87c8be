"""Visits that repeat: their series, and which visit was made for which of its days."""

from alembic import op

revision = "0008_series"
down_revision = "0007_visit_records"
branch_labels = None
depends_on = None

TABLES = """
create table visit_series (
  id uuid primary key,
  person uuid not null,
  team uuid not null,
  rule text not null,
  zone text not null,
  first_day date not null,
  last_day date,
  start integer not null check (start between 0 and 1439),
  minutes integer not null check (minutes between 1 and 1440),
  workers integer not null check (workers between 1 and 2),
  state text not null,
  proposed_by uuid not null,
  agreed_by uuid,
  replaces uuid,
  planned_until date,
  version bigint not null
);
create index visit_series_by_person on visit_series (person, id);
create index visit_series_by_team on visit_series (team, id);

alter table visit add column series uuid references visit_series on delete set null;
alter table visit add column series_day date;
create unique index visit_of_series on visit (series, series_day);
"""

# Who sees a row: the person it is about, who acts for them in "my team", and those in their team.
SECURITY = """
alter table visit_series enable row level security;
alter table visit_series force row level security;
create policy visit_series_seen on visit_series using (
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = visit_series.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and (
    visit_series.person = CALLER
    or exists (select from team_member as mine where mine.team = visit_series.team and mine.person = CALLER)
  ))
);
"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY.replace("CALLER", CALLER).replace("PRINCIPAL", PRINCIPAL).replace("NOW", NOW))
