"""Requests for erasure, erasures and what every service confirmed of them, holds, and when somebody left."""

from alembic import op

from libs.database.shared_ddl import CREATE_ERASURE_TABLES, CREATE_RETENTION_TABLES, allow_erasure, keep_disposals

revision = "0020_erasure"
down_revision = "0019_notice_policy"
branch_labels = None
depends_on = None

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SECRETARY = "(select kith_wears('secretary'))"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

TABLES = """
alter table data_request add column kind text not null default 'data';
drop index data_request_open;
create unique index data_request_open on data_request (person, kind) where answered_at is null;

alter table person add column erased_at timestamptz;
alter table former_member add column left_on date;

create table erasure (
  id uuid primary key,
  person uuid not null references person,
  entries uuid[] not null,
  decided_by text not null,
  decided_at timestamptz not null,
  erased_at timestamptz,
  finished_at timestamptz
);
create unique index erasure_once on erasure (person);
create index erasure_unfinished on erasure (decided_at) where finished_at is null;

create table erasure_part (
  erasure uuid not null references erasure,
  service text not null,
  confirmed_at timestamptz not null,
  deleted text[] not null,
  blanked text[] not null,
  kept text[] not null,
  primary key (erasure, service)
);

create table person_hold (
  id uuid primary key,
  person uuid not null references person,
  kind text not null,
  reason text not null,
  review_on date not null,
  shown boolean not null,
  placed_by text not null,
  placed_at timestamptz not null,
  reminded_at timestamptz,
  released_by text not null,
  released_at timestamptz
);
create index person_hold_by_person on person_hold (person);
create index person_hold_to_review on person_hold (review_on) where released_at is null;

create table hold_not_shown (
  kind text primary key
);
"""

POLICIES = f"""
alter table erasure enable row level security;
alter table erasure force row level security;
create policy erasure_seen on erasure using ({SECRETARY} or {SYSTEM}) with check ({SECRETARY} or {SYSTEM});
alter table erasure_part enable row level security;
alter table erasure_part force row level security;
create policy erasure_part_seen on erasure_part using ({SECRETARY} or {SYSTEM}) with check ({SYSTEM});
alter table person_hold enable row level security;
alter table person_hold force row level security;
create policy person_hold_kept on person_hold using ({SECRETARY} or {SYSTEM}) with check ({SECRETARY} or {SYSTEM});
create policy person_hold_of_person on person_hold for select using (shown and person = {CALLER});

revoke delete, truncate on erasure, erasure_part, person_hold from kith_identity_run;
revoke update on erasure_part, person_hold from kith_identity_run;
-- A merge moves it to the entry that stays.
grant update (person, review_on, reminded_at, released_by, released_at) on person_hold to kith_identity_run;
grant update (reason) on person_hold to kith_identity_run;
grant update (reason) on person_merge to kith_identity_run;
grant delete on data_request to kith_identity_run;
create policy data_request_disposed on data_request as restrictive for delete using ({SYSTEM});
grant delete on ways_to_be_told to kith_identity_run;
create policy ways_to_be_told_erased on ways_to_be_told as restrictive for delete using ({SYSTEM});
"""  # noqa: S608 - of our own constants

# Since when somebody is no member any more is known from membership's events: they are followed again from the first.
FOLLOW_AGAIN = "update position set n = 0 where source = 'membership'"


def upgrade() -> None:
    op.execute(CREATE_ERASURE_TABLES + CREATE_RETENTION_TABLES)
    op.execute(allow_erasure("kith_identity_run"))
    op.execute(keep_disposals("kith_identity_run"))
    op.execute(TABLES)
    op.execute(POLICIES)
    op.execute(FOLLOW_AGAIN)
