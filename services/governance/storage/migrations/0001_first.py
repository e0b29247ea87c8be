"""Governance's first tables.

`ballot` is append-only: a change of mind is a new revision, and the run-time role can neither alter nor remove one. Row-level security
shows a recorded choice only to its voter and to the co-op's own counting; `roll.revision` alone shows that somebody has voted.
"""

from alembic import op

from libs.database.shared_ddl import CREATE_SHARED_TABLES, CREATE_WORN_HAT, revoke_run_role_rights

revision = "0001_first"
down_revision = None

CREATE_TABLES = """
create table rulebook (
  hash text primary key,
  text text not null,
  adopted_at timestamptz not null,
  decision uuid not null
);
create table rulebook_in_force (
  only_one boolean primary key default true check (only_one),
  hash text not null references rulebook
);

create table motion (
  id uuid primary key,
  title text not null,
  text text not null,
  easy_title text not null,
  easy_text text not null,
  for_means text not null,
  against_means text not null,
  resolution_type text not null,
  rulebook_hash text not null references rulebook,
  announced_by uuid not null,
  announced_at timestamptz not null,
  opens_at timestamptz not null,
  closes_at timestamptz not null,
  proposed_rulebook text not null,
  roll_day date not null,
  membership_number bigint not null,
  closed_at timestamptz,
  passes boolean,
  check ((closed_at is null) = (passes is null)),
  check (opens_at < closes_at)
);
create index motion_due on motion (closes_at) where closed_at is null;

create table roll (
  motion uuid not null references motion,
  person uuid not null,
  member_class text not null,
  revision bigint not null default 0,
  primary key (motion, person)
);
create index roll_by_person on roll (person, motion);

create table ballot (
  motion uuid not null,
  person uuid not null,
  revision bigint not null check (revision > 0),
  id uuid not null unique,
  member_class text not null,
  choice text not null,
  taken text not null,
  recorded_at timestamptz not null,
  recorders uuid[] not null,
  primary key (motion, person, revision),
  foreign key (motion, person) references roll
);

create table ballot_entry (
  id uuid primary key,
  motion uuid not null,
  person uuid not null,
  choice text not null,
  taken text not null,
  recorder uuid not null,
  recorded_at timestamptz not null,
  revision bigint not null,
  unique (motion, person),
  foreign key (motion, person) references roll
);

create table class_count (
  motion uuid not null references motion,
  member_class text not null,
  eligible bigint not null,
  votes_for bigint not null,
  votes_against bigint not null,
  abstentions bigint not null,
  primary key (motion, member_class)
);

create table decision (
  number bigint primary key check (number > 0),
  id uuid not null unique,
  kind text not null,
  motion uuid references motion,
  passed boolean not null,
  decided_at timestamptz not null,
  rulebook_hash text not null,
  effect text not null
);

-- Projection of membership's events: only they write these rows.
create table standing (
  person uuid not null,
  from_day date not null,
  to_day date,
  member_class text not null,
  may_vote boolean not null,
  primary key (person, from_day)
);

alter table ballot enable row level security;
alter table ballot force row level security;
create policy ballot_read on ballot for select using (
  person = nullif(current_setting('kith.caller', true), '')::uuid or current_setting('kith.system', true) = 'job:close_due_motions');
create policy ballot_write on ballot for insert with check (
  person = nullif(current_setting('kith.caller', true), '')::uuid or (cardinality(recorders) = 2 and kith_wears('secretary')));

alter table ballot_entry enable row level security;
alter table ballot_entry force row level security;
create policy ballot_entry_by_secretary on ballot_entry using (kith_wears('secretary'));

revoke update, delete, truncate on ballot, class_count, decision, rulebook from kith_governance_run;
revoke delete, truncate on motion, roll from kith_governance_run;
revoke update on roll from kith_governance_run;
grant update (revision) on roll to kith_governance_run;
revoke update on motion from kith_governance_run;
grant update (closed_at, passes) on motion to kith_governance_run;
"""


def upgrade() -> None:
    op.execute(CREATE_SHARED_TABLES)
    op.execute(CREATE_WORN_HAT)
    op.execute(CREATE_TABLES)
    op.execute(revoke_run_role_rights("kith_governance_run"))
