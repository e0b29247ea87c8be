"""What people are qualified for, and the files that show it."""

from alembic import op

from libs.database.shared_ddl import CREATE_FILES

revision = "0014_credentials"
down_revision = "0013_relationships"
branch_labels = None
depends_on = None

TABLES = """
create table credential_rule (
  kind text primary key,
  place integer not null,
  expires_after_months integer not null,
  remind_days integer not null,
  gates text[] not null
);

create table credential (
  id uuid primary key,
  person uuid not null references person,
  kind text not null,
  state text not null check (state in ('claimed', 'verified', 'rejected', 'revoked', 'renewed', 'expired')),
  issued_on date not null,
  expires_on date,
  remind_on date,
  file uuid,
  sealed_note bytea,
  sealed_reason bytea,
  added_by uuid not null,
  added_at timestamptz not null,
  verified_by uuid,
  verified_at timestamptz,
  ended_by uuid,
  ended_at timestamptz,
  reminded_at timestamptz,
  version bigint not null
);
create index credential_by_person on credential (person);
create index credential_claimed on credential (added_at, id) where state = 'claimed';
create index credential_by_last_day on credential (expires_on, id) where state = 'verified';
create index credential_by_reminder on credential (remind_on) where state = 'verified' and reminded_at is null;
"""

OWN = "person = nullif(current_setting('kith.caller', true), '')::uuid"
SECRETARY = "(select kith_wears('secretary'))"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
SEEN = f"{OWN} or {SECRETARY} or {SYSTEM}"

POLICIES = {
    "credential": SEEN,
    "stored_file": SEEN,
    # Which file a chunk belongs to; the file's own policy decides.
    "file_chunk": "exists (select from stored_file where stored_file.id = file_chunk.file)",
}


def upgrade() -> None:
    op.execute(CREATE_FILES)
    op.execute(TABLES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
