"""Recovery: who may vouch for a person, who asks to sign in again, and who confirmed it."""

from alembic import op

revision = "0015_sign_in"
down_revision = "0014_credentials"
branch_labels = None
depends_on = None

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

TABLES = """
create table recovery_helper (
  id uuid primary key,
  person uuid not null references person,
  helper uuid not null references person,
  named_at timestamptz not null,
  accepted_at timestamptz,
  ended_at timestamptz,
  ended_why text,
  wrong_numbers integer not null default 0,
  wrong_at timestamptz
);
create unique index recovery_helper_once on recovery_helper (person, helper) where ended_at is null;
create index recovery_helper_by_helper on recovery_helper (helper);

create table recovery_request (
  id uuid primary key,
  person uuid references person,
  key_mark bytea not null unique,
  number_mark bytea not null,
  account_mark bytea not null,
  client_mark bytea not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  closed_at timestamptz,
  used_session uuid
);
create index recovery_request_by_person on recovery_request (person);
create index recovery_request_by_moment on recovery_request (asked_at);

create table recovery_vouch (
  request uuid not null references recovery_request on delete cascade,
  help uuid not null references recovery_helper,
  at timestamptz not null,
  primary key (request, help)
);
"""

HELPS = f"""exists (
  select 1 from recovery_helper h
  where h.person = recovery_request.person and h.helper = {CALLER} and h.accepted_at is not null and h.ended_at is null
)"""  # noqa: S608 - our own words
POLICIES = {
    "recovery_helper": f"person = {CALLER} or helper = {CALLER} or (select kith_wears('secretary')) or {SYSTEM}",
    "recovery_request": f"person = {CALLER} or {HELPS} or {SYSTEM}",
    "recovery_vouch": f"exists (select 1 from recovery_request r where r.id = recovery_vouch.request) or {SYSTEM}",  # noqa: S608 - our own words
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
