"""How persons want to be told, and how many sign-in links were asked for by mail."""

from alembic import op

revision = "0016_notices"
down_revision = "0015_sign_in"
branch_labels = None
depends_on = None

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
HELD = f"where a.holder = {CALLER} and a.subject = ways_to_be_told.person and a.scope = 'notices' and a.ended_at is null"
ACTS = f"exists (select 1 from acting_right a {HELD})"  # noqa: S608 - of our own constants

CHANGES = f"""
create table ways_to_be_told (
  person uuid primary key references person,
  easy_read boolean not null,
  large_print boolean not null,
  language text not null,
  channel text,
  helper uuid references person,
  quiet_from integer not null,
  quiet_until integer not null,
  stopped text[] not null,
  version bigint not null,
  changed_at timestamptz not null,
  changed_by text not null
);
alter table ways_to_be_told enable row level security;
alter table ways_to_be_told force row level security;
create policy ways_to_be_told_seen on ways_to_be_told using (person = {CALLER} or {SYSTEM} or {ACTS})
  with check (person = {CALLER} or {SYSTEM} or {ACTS});
revoke delete, truncate on ways_to_be_told from kith_identity_run;

create table link_request (
  id uuid primary key,
  address_mark bytea not null,
  client_mark bytea not null,
  at timestamptz not null,
  sent integer not null
);
create index link_request_by_time on link_request (at);
alter table link_request enable row level security;
alter table link_request force row level security;
create policy link_request_seen on link_request using ({SYSTEM}) with check ({SYSTEM});
"""


def upgrade() -> None:
    op.execute(CHANGES)
