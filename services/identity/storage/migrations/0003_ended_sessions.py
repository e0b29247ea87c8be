"""Sign-ins that can be repeated for a minute, browsers that signed in before, failures by client, and memberships that will end."""

from alembic import op

revision = "0003_ended_sessions"
down_revision = "0002_person_version"
branch_labels = None
depends_on = None

SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
OWN_OR_SECRETARY = "person = nullif(current_setting('kith.caller', true), '')::uuid or (select kith_wears('secretary'))"

CHANGES = """
alter table sign_in_code add column used_by bytea;
alter table sign_in_code add column used_session uuid;

alter table sign_in_failure add column client_mark bytea not null default '';
create index sign_in_failure_by_client on sign_in_failure (client_mark, at);

create table known_browser (
  person uuid not null references person,
  browser_mark bytea not null,
  since timestamptz not null,
  primary key (person, browser_mark)
);

create table membership_end (
  person uuid primary key,
  last_day date not null
);
"""

POLICIES = {
    "known_browser": f"{OWN_OR_SECRETARY} or {SYSTEM}",
    "membership_end": SYSTEM,
}


def upgrade() -> None:
    op.execute(CHANGES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
