"""What is to be done at visits, what became of it, and who may do it."""

from alembic import op

revision = "0015_visit_tasks"
down_revision = "0014_sharing"
branch_labels = None
depends_on = None

TABLES = """
create table visit_task_list (
  id uuid primary key,
  person uuid not null,
  visit uuid references visit on delete cascade,
  series uuid references visit_series on delete cascade,
  set_by uuid not null,
  set_at timestamptz not null,
  check (visit is null or series is null)
);
create index visit_task_list_by_visit on visit_task_list (visit, set_at);
create index visit_task_list_by_series on visit_task_list (series, set_at);
create index visit_task_list_by_person on visit_task_list (person);

create table visit_task (
  id uuid primary key,
  list_id uuid not null references visit_task_list on delete cascade,
  person uuid not null,
  number integer not null,
  kind text not null,
  words text not null check (length(words) <= 200)
);
create unique index visit_task_by_list on visit_task (list_id, number);
create index visit_task_by_person on visit_task (person);

create table task_outcome (
  entry uuid not null references visit_record_entry on delete cascade,
  number integer not null,
  person uuid not null,
  worker uuid not null,
  task uuid not null,
  kind text not null,
  words text not null check (length(words) <= 200),
  outcome text not null,
  reason text not null check (length(reason) <= 200),
  at timestamptz,
  primary key (entry, number)
);
create index task_outcome_by_person on task_outcome (person);
create index task_outcome_by_worker on task_outcome (worker);

create table task_grant (
  team uuid not null,
  entry uuid not null,
  kind text not null,
  person uuid not null,
  until_day date,
  primary key (team, entry, kind)
);
create index task_grant_by_person on task_grant (person);
"""

# What stands in WORDS takes the places of the words in capitals.
OF_PERSON = """
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and person = CALLER)
"""
OF_BOTH = OF_PERSON + "or (PRINCIPAL is null and worker = CALLER)"
# Who comes to the visit, or to a visit of the series; the others in the team read no words.
COMES = """PRINCIPAL is null and exists (
  select from visit_place as place join visit as planned on planned.id = place.visit
  where place.worker = CALLER and place.coming
    and (planned.id = visit_task_list.visit or planned.series = visit_task_list.series))"""
LIST_SEEN = "exists (select from visit_task_list as of_list where of_list.id = visit_task.list_id)"
BY_IDENTITY = "current_setting('kith.system', true) = 'reaction:identity'"
ERASING = "current_setting('kith.system', true) in ('reaction:identity', 'job:erase_waiting')"

# What was said stays as it was said: even to a reaction the database gives no more than who is named in it.
SECURITY = """
alter table visit_task_list enable row level security;
alter table visit_task_list force row level security;
create policy visit_task_list_own on visit_task_list using (OF_PERSON);
create policy visit_task_list_seen on visit_task_list for select using (COMES);
revoke update, truncate on visit_task_list from kith_scheduling_run;
grant update (person, set_by) on visit_task_list to kith_scheduling_run;

alter table visit_task enable row level security;
alter table visit_task force row level security;
create policy visit_task_own on visit_task using (OF_PERSON);
create policy visit_task_seen on visit_task for select using (LIST_SEEN);
revoke update, truncate on visit_task from kith_scheduling_run;
grant update (person) on visit_task to kith_scheduling_run;

alter table task_outcome enable row level security;
alter table task_outcome force row level security;
create policy task_outcome_seen on task_outcome for select using (OF_BOTH);
create policy task_outcome_added on task_outcome for insert with check (OF_BOTH);
create policy task_outcome_merged on task_outcome for update using (BY_IDENTITY);
create policy task_outcome_erased on task_outcome for delete using (ERASING);
revoke update, truncate on task_outcome from kith_scheduling_run;
grant update (person, worker) on task_outcome to kith_scheduling_run;
"""
WORDS = {
    "OF_BOTH": OF_BOTH,
    "OF_PERSON": OF_PERSON,
    "COMES": COMES,
    "LIST_SEEN": LIST_SEEN,
    "BY_IDENTITY": BY_IDENTITY,
    "ERASING": ERASING,
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def upgrade() -> None:
    sql = SECURITY
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    op.execute(TABLES)
    op.execute(sql)
