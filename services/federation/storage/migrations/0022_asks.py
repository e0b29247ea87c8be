"""Asks between co-ops: those that went out, those that came in, and replies of somebody to either. Nobody is named in any of them."""

from alembic import op

revision = "0022_asks"
down_revision = "0021_sessions"
branch_labels = None
depends_on = None

TABLES = """
create table ask_rule (
  only_one boolean primary key default true check (only_one),
  asks_a_day bigint not null
);

create table ask_out (
  ask text not null,
  peer text not null references peer (id),
  until bigint not null,
  counted boolean not null default false,
  ended boolean not null default false,
  primary key (ask, peer)
);

create table ask_in (
  peer text not null references peer (id),
  ask text not null,
  content bytea not null,
  until bigint not null,
  came_at timestamptz not null,
  counted boolean not null default false,
  ended boolean not null default false,
  primary key (peer, ask)
);
create index ask_in_uncounted on ask_in (came_at) where not counted and not ended;

create table ask_reply (
  peer text not null references peer (id),
  ask text not null,
  reply text not null,
  ours boolean not null,
  until bigint not null,
  agreed boolean not null default false,
  ended boolean not null default false,
  primary key (peer, ask, reply)
);
revoke truncate on ask_out, ask_in, ask_reply from kith_federation_run;
"""


def upgrade() -> None:
    op.execute(TABLES)
