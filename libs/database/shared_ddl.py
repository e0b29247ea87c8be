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

ADD_READS_IN_FULL = """
alter table outbox add column acting_for text not null default '';

alter table read_audit add column fields text[] not null default '{}';
alter table read_audit add column reason text not null default '';
alter table read_audit add column acting_for uuid;
alter table read_audit add column salt bytea;
alter table read_audit add column number bigint unique;
alter table read_audit add column commitment bytea;
alter table read_audit add column chain bytea;
create index read_audit_unnumbered on read_audit (id) where number is null;
"""
"""Which fields were read, why and for whom, and the columns of the hash chain; since `0010_reads_in_full` of every service."""

PREPARE_SEALING = """
create index outbox_read_audit_heads on outbox (seq) where type like '%.ReadAuditSealed';
update read_audit set salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex') where salt is null;
"""
"""Finds published heads of the read audit, and salts the rows of before; since `0012_reads` of every service."""

ADD_HELPED_BY = """
alter table outbox add column helped_by text not null default '';
alter table read_audit add column helped_by uuid;
"""
"""Who helped the person who did it, beside each event and each read; since `0021_sessions` of every service."""

ADD_LAST_LOST = """
alter table outbox_state add column last_lost uuid;
"""
"""The last event that an older copy of the database had lost and that was handled; since `0021_sessions` of every service."""

CREATE_ACCESS_TABLES = """
create table access_grant (
  id uuid primary key,
  subject uuid not null,
  field text not null,
  audience_kind text not null,
  audience text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  revoked_at timestamptz
);
create index access_grant_by_field on access_grant (subject, field);
create table acting_right (
  relationship uuid not null,
  scope text not null,
  holder uuid not null,
  subject uuid not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  ended_at timestamptz,
  primary key (relationship, scope)
);
create index acting_right_by_holder on acting_right (holder, subject);
create table emergency_access (
  id uuid primary key,
  reader uuid not null,
  subject uuid not null,
  opened_at timestamptz not null,
  ends_at timestamptz not null
);
create index emergency_access_by_reader on emergency_access (reader, subject);
create table co_op_member (
  person uuid primary key
);
"""
"""The rights from which `libs/access/reading.py` decides who may read a field; since `0010_reads_in_full` of identity."""

CREATE_ACTING_RIGHTS = """
create table acting_right (
  relationship uuid not null,
  scope text not null,
  holder uuid not null,
  subject uuid not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  ended_at timestamptz,
  primary key (relationship, scope)
);
create index acting_right_by_holder on acting_right (holder, subject);
"""
"""Who may act for whom, as identity's events say (`libs/access/acting_rights.py`); since `0023_acting` of those that follow them."""

FOLLOW_IDENTITY_AGAIN = "update position set n = 0 where source = 'identity';"
"""Identity's events are read again from the first, for a projection that needs those of before. What else they fill must be emptied."""

CREATE_PERSON_KEYS = """
create table person_key (
  person uuid primary key,
  wrapped bytea not null,
  made_at timestamptz not null
);
"""
"""Of `libs/sealing`; since `0010_reads_in_full` of identity."""

CREATE_GIVEN_CONSENTS = """
create table given_consent (
  id uuid primary key,
  person uuid not null,
  decision text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  ended_at timestamptz
);
create index given_consent_by_person on given_consent (person, decision);
"""
"""Which consents permit what (`libs/access/consents.py`); since `0017_consent` of identity."""


CREATE_FILES = """
create table stored_file (
  id uuid primary key,
  person uuid not null,
  purpose text not null,
  uploaded_by uuid not null,
  state text not null check (state in ('receiving', 'ready')),
  declared_size bigint not null,
  received_size bigint not null,
  media_type text not null,
  size bigint not null,
  sha256 bytea,
  begun_at timestamptz not null,
  finished_at timestamptz
);
create index stored_file_by_person on stored_file (person);
create index stored_file_unfinished on stored_file (begun_at) where state = 'receiving';
create table file_chunk (
  file uuid not null references stored_file on delete cascade,
  number integer not null,
  sealed bytea not null,
  primary key (file, number)
);
alter table file_chunk alter column sealed set storage external;
"""
"""Of `libs/files`; since `0014_credentials` of identity."""

CREATE_ERASURE_TABLES = """
create table erased_person (
  person uuid primary key,
  erasure uuid not null,
  ordered_at timestamptz not null,
  done_at timestamptz
);
create index erased_person_waiting on erased_person (erasure) where done_at is null;

-- Stored answers to an erased person's requests go too, and that does not wait for their thirty days.
create policy answer_of_erased on answer for all using (
  current_setting('kith.system', true) in ('reaction:identity', 'job:erase_persons', 'job:erase_waiting'));
"""
"""Erasure; since `0020_erasure` of every service with data of people."""

CREATE_RETENTION_TABLES = """
create table held_person (
  hold uuid not null,
  person uuid not null,
  primary key (hold, person)
);
create index held_person_by_person on held_person (person);

create table retention_rule (
  kind text primary key,
  years integer not null,
  after text not null
);

create table disposal (
  id uuid primary key,
  day date not null,
  kind text not null,
  records bigint not null,
  years integer not null,
  after text not null
);
"""
"""Holds, retention rules and the log of disposals; since `0020_erasure` of identity and membership, which have what is disposed of."""


def keep_disposals(run_role: str) -> str:
    """SQL that keeps the log of disposals append-only."""
    return f"revoke update, delete, truncate on disposal from {run_role};"


def allow_erasure(run_role: str) -> str:
    """SQL that lets the run role blank a read whose subject is erased."""
    return f"""
grant update (subject, fields, reason, acting_for, salt) on read_audit to {run_role};
revoke delete, truncate on erased_person from {run_role};
"""


def allow_erasure_of_help(run_role: str) -> str:
    """SQL that lets the run role blank who helped with a read, once its subject is erased."""
    return f"grant update (helped_by) on read_audit to {run_role};"


def revoke_run_role_rights(run_role: str) -> str:
    """SQL that revokes what the run role must never do, even by mistake: delete or change an event or an audit row."""
    return f"""
revoke delete, truncate on outbox, outbox_state, read_audit, position_skip from {run_role};
revoke update on read_audit, position_skip from {run_role};
revoke update on outbox from {run_role};
grant update (number) on outbox to {run_role};
"""


def grant_audit_numbers(run_role: str) -> str:
    """SQL that lets the run role number and chain audit rows, and nothing else of them."""
    return f"grant update (number, commitment, chain) on read_audit to {run_role};"
