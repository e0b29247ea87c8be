"""Passkeys, and the challenges that were given out to add one or to sign in with one."""

from alembic import op

revision = "0022_passkeys"
down_revision = "0021_sessions"
branch_labels = None
depends_on = None

TABLES = """
create table passkey (
  id uuid primary key,
  person uuid not null references person,
  credential_id bytea not null unique,
  public_key bytea not null,
  sign_count bigint not null,
  is_synced boolean not null,
  name text not null,
  added_at timestamptz not null,
  last_used_at timestamptz
);
create index passkey_by_person on passkey (person);

create table passkey_challenge (
  mark bytea primary key,
  person uuid references person,
  session uuid,
  browser_mark bytea,
  client_mark bytea not null,
  begun_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index passkey_challenge_by_person on passkey_challenge (person);
create index passkey_challenge_by_client on passkey_challenge (client_mark, begun_at);
create index passkey_challenge_by_time on passkey_challenge (begun_at);
create index known_browser_by_mark on known_browser (browser_mark);
"""

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
POLICIES = {
    # A secretary removes the passkeys of who lost a card, and of an entry that is merged.
    "passkey": f"person = {CALLER} or (select kith_wears('secretary')) or {SYSTEM}",
    "passkey_challenge": f"person = {CALLER} or {SYSTEM}",
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
