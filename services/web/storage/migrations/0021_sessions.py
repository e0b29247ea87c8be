"""Sessions on shared devices end after a quiet time; who helped, and on which pages something was changed with their help."""

from alembic import op

from libs.database.shared_ddl import ADD_HELPED_BY, ADD_LAST_LOST, allow_erasure_of_help

revision = "0021_sessions"
down_revision = "0020_erasure"
branch_labels = None
depends_on = None

TABLES = """
alter table session add column quiet_seconds integer not null default 0;
alter table session add column helped_by uuid;

create table helped_page (
  id uuid primary key,
  person uuid not null,
  helper uuid not null,
  identity_session text not null,
  path text not null,
  at timestamptz not null
);
create index helped_page_by_person on helped_page (person, at);
create index helped_page_by_helper on helped_page (helper);
alter table helped_page enable row level security;
alter table helped_page force row level security;
create policy helped_page_seen on helped_page using (
  nullif(current_setting('kith.caller', true), '')::uuid in (person, helper) or coalesce(current_setting('kith.system', true), '') <> '');
revoke update, truncate on helped_page from kith_web_run;
"""


def upgrade() -> None:
    op.execute(ADD_HELPED_BY + ADD_LAST_LOST)
    op.execute(allow_erasure_of_help("kith_web_run"))
    op.execute(TABLES)
