"""Visits that two people share, and what each pays; and what people do together."""

from alembic import op

revision = "0014_sharing"
down_revision = "0013_week_drafts"
branch_labels = None
depends_on = None

# The times of a visit stand with its sharer: a visit that moves is no longer shared. A charge has its person's share of the visit.
TABLES = """
create table sharing (
  id uuid primary key,
  person uuid not null,
  sharer uuid not null check (sharer <> person),
  visit uuid references visit on delete cascade,
  series uuid references visit_series on delete cascade,
  person_part integer not null check (person_part > 0),
  sharer_part integer not null check (sharer_part > 0),
  by_minutes boolean not null,
  first_day date not null,
  last_day date,
  state text not null,
  proposed_by uuid not null,
  written_by uuid not null,
  proposed_at timestamptz not null,
  answered_by uuid,
  answered_at timestamptz,
  version bigint not null,
  check (visit is null or series is null)
);
create index sharing_by_person on sharing (person);
create index sharing_by_sharer on sharing (sharer);
create index sharing_by_visit on sharing (visit);
create index sharing_by_series on sharing (series);

create table sharing_no (
  sharing uuid primary key references sharing on delete cascade,
  person uuid not null,
  said_at timestamptz not null
);
create index sharing_no_by_person on sharing_no (person);

create table visit_sharer (
  visit uuid primary key references visit on delete cascade,
  sharer uuid not null check (sharer <> person),
  person uuid not null,
  team uuid not null,
  sharing uuid not null,
  person_part integer not null check (person_part > 0),
  sharer_part integer not null check (sharer_part > 0),
  starts timestamptz not null,
  ends timestamptz not null
);
create index visit_sharer_by_sharer on visit_sharer (sharer, starts);
create index visit_sharer_by_person on visit_sharer (person, starts);
create index visit_sharer_by_sharing on visit_sharer (sharing);

create table neighbour_pair (
  id uuid primary key,
  one uuid not null,
  other uuid not null
);
create index neighbour_pair_by_one on neighbour_pair (one);
create index neighbour_pair_by_other on neighbour_pair (other);

alter table visit_record add column disputed_for uuid;
alter table visit_record_entry add column said_for uuid;
create index visit_record_entry_by_said_for on visit_record_entry (said_for);
alter table charge add column part text not null default '1/1';

create table group_activity (
  id uuid primary key,
  organiser uuid not null,
  kind text not null,
  what text not null check (length(what) <= 200),
  place text not null check (length(place) <= 200),
  day date not null,
  starts timestamptz not null,
  ends timestamptz not null check (starts < ends),
  places integer not null check (places between 0 and 500),
  step_free text not null,
  price_pence bigint not null check (price_pence >= 0),
  state text not null,
  registered uuid,
  version bigint not null
);
create index group_activity_by_end on group_activity (ends);
create index group_activity_by_organiser on group_activity (organiser);

create table group_activity_place (
  activity uuid not null references group_activity on delete cascade,
  person uuid not null,
  with_helper boolean not null,
  shows boolean not null,
  said_at timestamptz not null,
  ends timestamptz not null,
  primary key (activity, person)
);
create index group_activity_place_by_person on group_activity_place (person);
create index group_activity_place_by_end on group_activity_place (ends);
"""

# What stands in WORDS takes the places of the words in capitals. ONE_OF is the person in that column, or who acts for them in "my team".
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
ACTS = """exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at))"""
PERSON_IN = """(COLUMN = CALLER and PRINCIPAL is null) or (COLUMN = PRINCIPAL and ACTS)"""
SHARES_THE_VISIT = """exists (select from visit_sharer as shared where shared.visit = VISIT and (
    (shared.sharer = CALLER and PRINCIPAL is null) or (shared.sharer = PRINCIPAL and ACTS)))"""
# Workers and volunteers of the team know who else is there before they say that they come; the rest of the team does not.
WORKS_IN_TEAM = """(PRINCIPAL is null and exists (select from team_member as mine where mine.team = visit_sharer.team
    and mine.person = CALLER and mine.kind in ('worker', 'volunteer')))"""

# The person to whom the visit is stays the only one who plans it: who shares it reads it, and answers to what was written of it.
SECURITY = """
alter table sharing enable row level security;
alter table sharing force row level security;
create policy sharing_seen on sharing using (SYSTEM or ONE_OF(person) or ONE_OF(sharer));

alter table sharing_no enable row level security;
alter table sharing_no force row level security;
create policy sharing_no_seen on sharing_no using (SYSTEM or ONE_OF(person));

alter table visit_sharer enable row level security;
alter table visit_sharer force row level security;
create policy visit_sharer_seen on visit_sharer using (SYSTEM or ONE_OF(person) or ONE_OF(sharer) or WORKS_IN_TEAM);

create policy visit_shared on visit for select using (SHARES(visit.id));
create policy visit_place_shared on visit_place for select using (SHARES(visit_place.visit));
create policy visit_record_shared on visit_record using (SHARES(visit_record.visit));
create policy visit_record_entry_shared on visit_record_entry for select using (
  exists (select from visit_record as written where written.id = visit_record_entry.record and SHARES(written.visit)));
create policy visit_record_entry_said on visit_record_entry for insert with check (
  exists (select from visit_record as written where written.id = visit_record_entry.record and SHARES(written.visit)));
create policy visit_record_entry_own on visit_record_entry for select using (ONE_OF(said_for));
-- What who shared the visit said goes with them; the entry stays in the record of the other one.
create policy visit_record_entry_blanked on visit_record_entry for update
  using (said_for is not null and current_setting('kith.system', true) in ('reaction:identity', 'job:erase_waiting'))
  with check (note = '');
grant update (said_for, note) on visit_record_entry to kith_scheduling_run;
-- A policy does not see what stood there before: whatever is allowed to write a row can only empty such words, and change none.
create function keep_words() returns trigger language plpgsql as $$
begin
  if new.note <> old.note and (old.said_for is null or new.note <> '') then
    raise insufficient_privilege using message = 'what was said stays as it was said';
  end if;
  return new;
end $$;
create trigger visit_record_entry_words before update on visit_record_entry for each row execute function keep_words();
create policy settled_visit_shared on settled_visit for select using (
  exists (select from charge as mine where mine.settled = settled_visit.id and mine.person <> settled_visit.person));

alter table group_activity_place enable row level security;
alter table group_activity_place force row level security;
create policy group_activity_place_seen on group_activity_place using (SYSTEM or ONE_OF(person));
"""
WORDS = {
    "ACTS": ACTS,
    "SYSTEM": SYSTEM,
    "WORKS_IN_TEAM": WORKS_IN_TEAM,
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def _security() -> str:
    sql = SECURITY
    for column in ("person", "sharer", "said_for"):
        sql = sql.replace(f"ONE_OF({column})", PERSON_IN.replace("COLUMN", column))
    for visit in ("visit.id", "visit_place.visit", "visit_record.visit", "written.visit"):
        sql = sql.replace(f"SHARES({visit})", SHARES_THE_VISIT.replace("VISIT", visit))
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return sql


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(_security())
