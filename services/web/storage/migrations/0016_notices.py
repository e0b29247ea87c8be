"""Notices: who is to be told of what, and how far that is. Only deliveries and reactions see rows; pages ask in their name."""

from alembic import op

revision = "0016_notices"
down_revision = "0013_acting"
branch_labels = None
depends_on = None

SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

TABLE = f"""
create table notice (
  id uuid primary key,
  person uuid not null,
  kind text not null,
  about text not null,
  subject text not null,
  source text not null,
  asked_at timestamptz not null,
  due_at timestamptz not null,
  until timestamptz not null,
  state text not null,
  reason text not null,
  channel text not null,
  easy_read boolean not null,
  large_print boolean not null,
  tries integer not null,
  done_at timestamptz,
  done_by text not null,
  unique (person, kind, about)
);
create index notice_by_state on notice (state, due_at);
create index notice_by_time on notice (asked_at, id);
alter table notice enable row level security;
alter table notice force row level security;
create policy notice_seen on notice using ({SYSTEM}) with check ({SYSTEM});
revoke truncate on notice from kith_web_run;
"""


def upgrade() -> None:
    op.execute(TABLE)
