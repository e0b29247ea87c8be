"""The frozen DDL of the tables that every service has, for migrations only.

Released, so never edited: databases exist that were made by exactly this text. A change is a new constant, run by a new migration of every
service. The code that reads and writes these tables uses `libs/database/shared_tables.py` and `libs/access/hats.py`; a test compares both.

`kith_wears` is the rule of `libs/access/hats.py` for row-level security.
"""

CREATE_SHARED_TABLES = """
create table outbox (
  id uuid primary key,
  seq bigint generated always as identity unique,
  number bigint unique,
  type text not null,
  subject text not null,
  payload bytea not null,
  at timestamptz not null,
  actor text not null,
  cause text not null,
  traceparent text not null
);
create index outbox_unnumbered on outbox (seq) where number is null;

create table outbox_state (
  only_one boolean primary key default true check (only_one),
  epoch bigint not null,
  published bigint not null
);
insert into outbox_state (epoch, published) values (1, 0);

create table position (
  source text primary key,
  epoch bigint not null,
  n bigint not null
);

create table position_skip (
  source text not null,
  epoch bigint not null,
  number bigint not null,
  ordered_by text not null,
  ordered_at timestamptz not null,
  why text not null,
  primary key (source, epoch, number)
);

create table answer (
  caller text not null,
  method text not null,
  request_id text not null,
  body_hash bytea not null,
  answer bytea,
  at timestamptz not null,
  primary key (caller, method, request_id)
);
create index answer_by_age on answer (at);
alter table answer enable row level security;
alter table answer force row level security;
create policy answer_of_caller on answer using (
  caller = coalesce(nullif(current_setting('kith.caller', true), ''), current_setting('kith.system', true), '')
  or current_setting('kith.system', true) = 'job:forget_answers');

create table read_audit (
  id uuid primary key,
  reader text not null,
  hat text not null,
  subject uuid not null,
  record text not null,
  action text not null,
  stale boolean not null default false,
  at timestamptz not null
);
create index read_audit_by_subject on read_audit (subject, at);
"""

CREATE_WORN_HAT = """
create table worn_hat (
  person uuid not null,
  hat text not null,
  since timestamptz not null,
  primary key (person, hat)
);
create function kith_wears(wanted text) returns boolean stable language sql as $$
  select current_setting('kith.hat', true) = wanted and exists (
    select from worn_hat where hat = wanted and person = nullif(current_setting('kith.caller', true), '')::uuid)
$$;
"""


def revoke_run_role_rights(run_role: str) -> str:
    """SQL that revokes what the run role must never do, even by mistake: delete or change an event or an audit row."""
    return f"""
revoke delete, truncate on outbox, outbox_state, read_audit, position_skip from {run_role};
revoke update on read_audit, position_skip from {run_role};
revoke update on outbox from {run_role};
grant update (number) on outbox to {run_role};
"""
