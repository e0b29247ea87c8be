"""Drafts of weeks: what people say of them beforehand, what a draft proposes, and what everybody answers."""

from alembic import op

revision = "0013_week_drafts"
down_revision = "0012_watch"
branch_labels = None
depends_on = None

TABLES = """
create table worker_draft_choice (
  worker uuid primary key,
  wished_minutes integer check (wished_minutes between 1 and 10080),
  free_parts text[] not null,
  may_change boolean not null,
  since timestamptz not null
);

create table person_draft_choice (
  person uuid primary key,
  together boolean not null,
  may_change boolean not null,
  set_by uuid not null,
  since timestamptz not null
);

create table week_draft (
  id uuid primary key,
  planner uuid not null,
  together boolean not null,
  monday date not null,
  state text not null,
  seed bigint not null,
  iterations bigint not null,
  started_at timestamptz not null,
  done bigint not null,
  stop_asked boolean not null,
  engine text not null,
  inputs_hash text not null
);
create index week_draft_by_planner on week_draft (planner, monday);
create index week_draft_by_monday on week_draft (monday);
create unique index week_draft_live on week_draft (planner, together, monday) where state in ('making', 'draft', 'asked');

create table week_draft_record (
  draft uuid primary key references week_draft on delete cascade,
  record text not null
);

create table week_draft_visit (
  draft uuid not null references week_draft on delete cascade,
  visit uuid not null references visit on delete cascade,
  number integer not null,
  planner uuid not null,
  person uuid not null,
  team uuid not null,
  starts timestamptz not null,
  ends timestamptz not null,
  workers integer not null,
  version bigint not null,
  answer text not null,
  published boolean not null,
  primary key (draft, visit)
);
create index week_draft_visit_by_visit on week_draft_visit (visit);
create index week_draft_visit_by_person on week_draft_visit (person);

create table week_draft_place (
  draft uuid not null references week_draft on delete cascade,
  visit uuid not null references visit on delete cascade,
  worker uuid not null,
  planner uuid not null,
  person uuid not null,
  kind text not null,
  answer text not null,
  answered_at timestamptz,
  primary key (draft, visit, worker)
);
create index week_draft_place_by_visit on week_draft_place (visit);
create index week_draft_place_by_worker on week_draft_place (worker);
create index week_draft_place_by_person on week_draft_place (person);

create table week_draft_worker (
  draft uuid not null references week_draft on delete cascade,
  worker uuid not null,
  number integer not null,
  primary key (draft, worker)
);
create index week_draft_worker_by_worker on week_draft_worker (worker);

create table week_draft_reason (
  draft uuid not null references week_draft on delete cascade,
  visit uuid not null references visit on delete cascade,
  worker uuid not null,
  reason text not null,
  points text[] not null,
  primary key (draft, visit, worker)
);
create index week_draft_reason_by_visit on week_draft_reason (visit);
create index week_draft_reason_by_worker on week_draft_reason (worker);
"""

ACTS_FOR = """exists (select from acting_right as acting where acting.holder = CALLER
  and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
  and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at))"""

# Of a worker, their choice, their place in the record and their reasons are theirs alone. A draft is seen by its planner, and what it
# proposes besides by the worker and the person whom it touches. The record is nobody's: a scrutineer gets it by a query that says so.
SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_seen on {table} using (coalesce(current_setting('kith.system', true), '') <> '' or {seen});
"""
    for table, seen in {
        "worker_draft_choice": "(PRINCIPAL is null and worker = CALLER)",
        "person_draft_choice": "(PRINCIPAL is null and person = CALLER) or (PRINCIPAL = person and ACTS)",
        "week_draft_visit": "(PRINCIPAL is null and CALLER in (planner, person)) or (PRINCIPAL in (planner, person) and ACTS)"
        " or (PRINCIPAL is null and exists (select from week_draft_place as place where place.draft = week_draft_visit.draft"
        " and place.visit = week_draft_visit.visit and place.worker = CALLER))",
        "week_draft_place": "(PRINCIPAL is null and CALLER in (planner, person, worker)) or (PRINCIPAL in (planner, person) and ACTS)",
        "week_draft_worker": "(PRINCIPAL is null and worker = CALLER)",
        "week_draft_reason": "(PRINCIPAL is null and worker = CALLER)",
        "week_draft": "(PRINCIPAL is null and planner = CALLER) or (PRINCIPAL = planner and ACTS)"
        " or exists (select from week_draft_visit as shown where shown.draft = week_draft.id)",
        "week_draft_record": "false",
    }.items()
)


def upgrade() -> None:
    op.execute(TABLES)
    sql = SECURITY.replace("ACTS", ACTS_FOR)
    for word, meaning in {
        "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
        "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
        "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
    }.items():
        sql = sql.replace(word, meaning)
    op.execute(sql)
