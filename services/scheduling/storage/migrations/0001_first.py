"""Scheduling's first tables: visits, who comes, and what scheduling knows of teams."""

from alembic import op

from libs.database.shared_ddl import (
    ADD_HELPED_BY,
    ADD_LAST_LOST,
    ADD_READS_IN_FULL,
    CREATE_ACTING_RIGHTS,
    CREATE_ERASURE_TABLES,
    CREATE_SHARED_TABLES,
    CREATE_WORN_HAT,
    PREPARE_SEALING,
    allow_erasure,
    allow_erasure_of_help,
    grant_audit_numbers,
    revoke_run_role_rights,
)

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

# No worker in two places at once. A range over ids makes their equality an overlap, so that no extension is needed (ADR 53). What ends at
# the moment at which something else starts does not overlap it.
TABLES = """
create type uuid_range as range (subtype = uuid);

create table visit (
  id uuid primary key,
  person uuid not null,
  team uuid not null,
  day date not null,
  starts timestamptz not null,
  ends timestamptz not null,
  workers integer not null check (workers between 1 and 2),
  state text not null,
  proposed_by uuid not null,
  agreed_by uuid,
  other_day date,
  other_starts timestamptz,
  other_ends timestamptz,
  other_proposed_by uuid,
  version bigint not null,
  check (starts < ends and ends <= starts + interval '24 hours')
);
create index visit_by_person on visit (person, starts, id);
create index visit_by_team on visit (team, starts, id);

create table visit_place (
  visit uuid not null references visit on delete cascade,
  worker uuid not null,
  person uuid not null,
  team uuid not null,
  starts timestamptz not null,
  ends timestamptz not null,
  paid boolean not null,
  coming boolean not null,
  taken_at timestamptz not null,
  given_back_at timestamptz,
  primary key (visit, worker),
  constraint visit_place_one_at_a_time
    exclude using gist (uuid_range(worker, worker, '[]') with &&, tstzrange(starts, ends) with &&) where (coming)
);
create index visit_place_by_worker on visit_place (worker, starts);

create table team (
  id uuid primary key,
  owner uuid not null
);
create index team_by_owner on team (owner);

create table team_member (
  team uuid not null,
  person uuid not null,
  kind text not null,
  primary key (team, person)
);
create index team_member_by_person on team_member (person);
"""

# Who sees a row: the person it is about, who acts for them in "my team", those in their team, and a worker who comes or came. Names of
# settings and of the table take the places of the words in capitals.
SEEN = """(
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = ROWS.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and (
    ROWS.person = CALLER
    or exists (select from team_member as mine where mine.team = ROWS.team and mine.person = CALLER)
    or OWN_PLACE
  ))
)"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
OWN_PLACES = {
    "visit": "exists (select from visit_place as place where place.visit = visit.id and place.worker = CALLER and place.coming)",
    "visit_place": "visit_place.worker = CALLER",
}
SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_seen on {table} using {
        SEEN.replace("OWN_PLACE", own).replace("ROWS", table).replace("CALLER", CALLER).replace("PRINCIPAL", PRINCIPAL).replace("NOW", NOW)
    };
"""
    for table, own in OWN_PLACES.items()
)


def upgrade() -> None:
    op.execute(
        CREATE_SHARED_TABLES
        + ADD_READS_IN_FULL
        + PREPARE_SEALING
        + ADD_HELPED_BY
        + ADD_LAST_LOST
        + CREATE_WORN_HAT
        + CREATE_ACTING_RIGHTS
        + CREATE_ERASURE_TABLES
    )
    op.execute(TABLES)
    op.execute(SECURITY)
    op.execute(revoke_run_role_rights("kith_scheduling_run") + grant_audit_numbers("kith_scheduling_run"))
    op.execute(allow_erasure("kith_scheduling_run") + allow_erasure_of_help("kith_scheduling_run"))
