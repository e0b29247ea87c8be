"""Gaps between two visits to a person: rules of how far apart they are."""

from alembic import op

revision = "0020_visit_gaps"
down_revision = "0019_standing_places"
branch_labels = None
depends_on = None

TABLES = """
create table visit_gap (
  id uuid primary key,
  person uuid not null,
  team uuid not null,
  first_visit uuid references visit on delete cascade,
  first_series uuid references visit_series on delete cascade,
  second_visit uuid references visit on delete cascade,
  second_series uuid references visit_series on delete cascade,
  least integer not null check (least between 0 and 1440),
  most integer check (most between least and 2880),
  next_day boolean not null,
  state text not null,
  proposed_by uuid not null,
  agreed_by uuid,
  last_day date,
  version bigint not null,
  check (first_visit is null or first_series is null),
  check (second_visit is null or second_series is null)
);
create index visit_gap_by_person on visit_gap (person, id);
create index visit_gap_by_first_visit on visit_gap (first_visit);
create index visit_gap_by_first_series on visit_gap (first_series);
create index visit_gap_by_second_visit on visit_gap (second_visit);
create index visit_gap_by_second_series on visit_gap (second_series);
"""

# Who sees the person's series: the person, who acts for them in "my team", and those in their team.
SECURITY = """
alter table visit_gap enable row level security;
alter table visit_gap force row level security;
create policy visit_gap_seen on visit_gap using (
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = visit_gap.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and (
    visit_gap.person = CALLER
    or exists (select from team_member as mine where mine.team = visit_gap.team and mine.person = CALLER)
  ))
);
"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY.replace("CALLER", CALLER).replace("PRINCIPAL", PRINCIPAL).replace("NOW", NOW))
