"""Records of visits: what workers wrote, and what people said to it, append-only; and who agreed to a timer."""

from alembic import op

revision = "0007_visit_records"
down_revision = "0006_swaps"
branch_labels = None
depends_on = None

TABLES = """
create table visit_record (
  id uuid primary key,
  visit uuid not null references visit on delete cascade,
  person uuid not null,
  worker uuid not null,
  state text not null,
  version bigint not null,
  entry uuid,
  confirmed uuid,
  timer_at timestamptz,
  asks_person boolean not null
);
create index visit_record_by_visit on visit_record (visit);
create index visit_record_by_person on visit_record (person);
create index visit_record_by_worker on visit_record (worker);
create index visit_record_by_timer on visit_record (timer_at) where timer_at is not null;

create table visit_record_entry (
  id uuid primary key,
  record uuid not null references visit_record on delete cascade,
  person uuid not null,
  worker uuid not null,
  number bigint not null,
  kind text not null,
  said_by uuid,
  said_at timestamptz not null,
  starts timestamptz,
  ends timestamptz,
  note text not null check (length(note) <= 2000),
  about uuid,
  unique (record, number),
  check (starts < ends and ends <= starts + interval '24 hours')
);
create index visit_record_entry_by_person on visit_record_entry (person);
create index visit_record_entry_by_worker on visit_record_entry (worker);

create table timed_confirmation (
  person uuid primary key,
  set_by uuid not null,
  since timestamptz not null
);

create table visit_rule (
  only_one boolean primary key default true check (only_one),
  confirm_after_days integer not null
);
"""

# The person, who acts for them in "my team", and the worker who wrote it; the others in the team do not see it. What stands in WORDS takes
# the places of the words in capitals.
OF_PERSON = """
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and person = CALLER)
"""
OF_BOTH = OF_PERSON + "or (PRINCIPAL is null and worker = CALLER)"
# Before they write, a worker who comes is told whether it will confirm itself.
IS_PERSONS_WORKER = """PRINCIPAL is null and exists (
  select from visit_place as place where place.person = timed_confirmation.person and place.worker = CALLER and place.coming)"""
# Merging two entries of one person, and erasing them, is the work of reactions to identity's events alone.
BY_IDENTITY = "current_setting('kith.system', true) = 'reaction:identity'"


# What was said stays as it was said: even to a reaction the database gives no more than who is named in it.
SECURITY = """
alter table visit_record enable row level security;
alter table visit_record force row level security;
create policy visit_record_seen on visit_record using (OF_BOTH);

alter table visit_record_entry enable row level security;
alter table visit_record_entry force row level security;
create policy visit_record_entry_seen on visit_record_entry for select using (OF_BOTH);
create policy visit_record_entry_added on visit_record_entry for insert with check (OF_BOTH);
create policy visit_record_entry_merged on visit_record_entry for update using (BY_IDENTITY);
create policy visit_record_entry_erased on visit_record_entry for delete using (BY_IDENTITY);
revoke update, truncate on visit_record_entry from kith_scheduling_run;
grant update (person, worker, said_by) on visit_record_entry to kith_scheduling_run;

alter table timed_confirmation enable row level security;
alter table timed_confirmation force row level security;
create policy timed_confirmation_own on timed_confirmation using (OF_PERSON);
create policy timed_confirmation_seen on timed_confirmation for select using (IS_PERSONS_WORKER);
"""
WORDS = {
    "OF_BOTH": OF_BOTH,
    "OF_PERSON": OF_PERSON,
    "IS_PERSONS_WORKER": IS_PERSONS_WORKER,
    "BY_IDENTITY": BY_IDENTITY,
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def _security() -> str:
    sql = SECURITY
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return sql


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(_security())
