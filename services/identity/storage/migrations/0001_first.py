"""Identity's first tables. `person` holds no contact details; those are in `contact`, behind stricter row-level security."""

from alembic import op

from libs.database.shared_ddl import CREATE_SHARED_TABLES, CREATE_WORN_HAT, revoke_run_role_rights

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

OWN = "person = nullif(current_setting('kith.caller', true), '')::uuid"
SECRETARY = "(select kith_wears('secretary'))"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
SIGNED_IN = "coalesce(current_setting('kith.caller', true), '') <> ''"

TABLES = """
create table person (
  id uuid primary key,
  full_name text not null,
  called text not null,
  name_key text not null,
  registered_at timestamptz not null,
  password_set_at timestamptz
);
create index person_by_name on person (name_key);

create table contact (
  person uuid primary key references person,
  email text not null,
  email_key text not null,
  phone text not null,
  phone_key text not null
);
create index contact_by_email on contact (email_key) where email_key <> '';

create table sign_in_code (
  id uuid primary key,
  person uuid not null references person,
  kind text not null check (kind in ('link', 'card')),
  mark bytea not null unique,
  issued_by text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index sign_in_code_by_person on sign_in_code (person);

create table password (
  person uuid primary key references person,
  hash text not null
);

create table session (
  id uuid primary key,
  person uuid not null references person,
  key_mark bytea not null,
  strength text not null,
  started_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index session_by_person on session (person);

create table sign_in_failure (
  id uuid primary key,
  address_mark bytea not null,
  at timestamptz not null
);
create index sign_in_failure_by_address on sign_in_failure (address_mark, at);
"""

POLICIES = {
    "contact": f"{OWN} or {SECRETARY} or {SYSTEM}",
    "sign_in_code": f"{OWN} or {SECRETARY} or {SYSTEM}",
    "session": f"{OWN} or {SECRETARY} or {SYSTEM}",
    "password": f"{OWN} or {SYSTEM}",
    "sign_in_failure": SYSTEM,
    "person": f"{SIGNED_IN} or {SYSTEM}",
}


def upgrade() -> None:
    op.execute(CREATE_SHARED_TABLES)
    op.execute(CREATE_WORN_HAT)
    op.execute(TABLES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
    op.execute(revoke_run_role_rights("kith_identity_run"))
