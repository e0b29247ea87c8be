"""Requests for data, and until when they must be answered."""

from alembic import op

revision = "0018_data_rights"
down_revision = "0017_consent"
branch_labels = None
depends_on = None

TABLE = """
create table data_request (
  id uuid primary key,
  person uuid not null references person,
  asked_by text not null,
  asked_at timestamptz not null,
  due_day date not null,
  reminded_at timestamptz,
  answered_at timestamptz,
  answered_by text not null,
  answer text not null
);
create unique index data_request_open on data_request (person) where answered_at is null;
create index data_request_by_person on data_request (person);

alter table data_request enable row level security;
alter table data_request force row level security;
create policy data_request_seen on data_request using (
  person in (nullif(current_setting('kith.caller', true), '')::uuid, nullif(current_setting('kith.acting_for', true), '')::uuid)
  or (select kith_wears('secretary')) or coalesce(current_setting('kith.system', true), '') <> '');
revoke delete, truncate on data_request from kith_identity_run;
revoke update on data_request from kith_identity_run;
grant update (reminded_at, answered_at, answered_by, answer) on data_request to kith_identity_run;
"""


def upgrade() -> None:
    op.execute(TABLE)
