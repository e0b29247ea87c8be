"""Web's first tables. News has one partition for each service, so that one service's news can be emptied and replayed without the rest."""

from alembic import op

from libs.database.shared_ddl import CREATE_SHARED_TABLES, revoke_run_role_rights

revision = "0001_first"
down_revision = None

TABLES = """
create table session (
  cookie_hash bytea primary key,
  person uuid not null,
  identity_session text not null,
  sealed_key bytea not null,
  hats text[] not null,
  created_at timestamptz not null,
  used_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_by_expiry on session (expires_at);

create table draft (
  cookie_hash bytea not null references session on delete cascade,
  form text not null,
  fields jsonb not null,
  at timestamptz not null,
  primary key (cookie_hash, form)
);

create table news (
  source text not null,
  number bigint not null,
  person uuid,
  kind text not null,
  about uuid,
  word text not null,
  at timestamptz not null,
  primary key (source, number)
) partition by list (source);
create table news_of_governance partition of news for values in ('governance');
create table news_of_identity partition of news for values in ('identity');
create index news_by_person on news (person, at desc);

alter table news enable row level security;
alter table news force row level security;
create policy news_read on news for select using (person is null or person = nullif(current_setting('kith.caller', true), '')::uuid);
create policy news_heard on news for insert with check (current_setting('kith.system', true) = 'reaction:' || source);
-- Nobody reads a part: they are only ever emptied.
alter table news_of_governance enable row level security;
alter table news_of_governance force row level security;
create policy news_emptied on news_of_governance for delete using (true);
alter table news_of_identity enable row level security;
alter table news_of_identity force row level security;
create policy news_emptied on news_of_identity for delete using (true);
"""


def upgrade() -> None:
    op.execute(CREATE_SHARED_TABLES)
    op.execute(TABLES)
    op.execute(revoke_run_role_rights("kith_web_run"))
