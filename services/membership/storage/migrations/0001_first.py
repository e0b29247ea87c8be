"""Membership's first tables. Names and addresses are in `register_entry` only, behind row-level security."""

from alembic import op

from libs.database.shared_ddl import CREATE_SHARED_TABLES, CREATE_WORN_HAT, revoke_run_role_rights

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

OWN = "person = nullif(current_setting('kith.caller', true), '')::uuid"
SECRETARY = "(select kith_wears('secretary'))"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

TABLES = """
create table member (
  person uuid primary key,
  number text not null,
  number_order text collate "C" not null unique,
  version bigint not null
);

create table standing_change (
  person uuid not null references member,
  from_day date not null,
  member_class text not null,
  may_vote boolean not null,
  reason text not null,
  entered_by text not null,
  entered_at timestamptz not null,
  primary key (person, from_day)
);

create table register_entry (
  person uuid primary key references member,
  name text not null,
  address text not null,
  entered_at timestamptz not null
);

create table next_number (
  only_one boolean primary key default true check (only_one),
  n bigint not null
);
insert into next_number (n) values (1);

create table application (
  id uuid primary key,
  person uuid not null,
  member_class text not null,
  why text not null,
  applied_at timestamptz not null,
  admitted_at timestamptz
);
create unique index application_open on application (person) where admitted_at is null;

create table rulebook_followed (
  fact uuid primary key,
  rulebook_hash text not null,
  from_day date not null
);

create table member_class (
  key text primary key,
  votes boolean not null,
  rulebook_hash text not null
);

create table known_person (
  person uuid primary key
);
"""

POLICIES = {"register_entry": f"{OWN} or {SECRETARY} or {SYSTEM}", "application": f"{OWN} or {SECRETARY} or {SYSTEM}"}


def upgrade() -> None:
    op.execute(CREATE_SHARED_TABLES)
    op.execute(CREATE_WORN_HAT)
    op.execute(TABLES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
    op.execute(revoke_run_role_rights("kith_membership_run"))
