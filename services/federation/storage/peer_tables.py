"""Federation's tables about itself and its peers, as the first migration creates them. They contain nothing about a person.

Private keys are stored encrypted: the database or its backup is useless without the key in `keys/federation/seal.key`. Messages and the
evidence of conflicts are append-only.
"""

CREATE_PEER_TABLES = """
create table own_identity (
  seq bigint primary key check (seq > 0),
  document bytea not null,
  made_at timestamptz not null
);
-- Where the root key is kept elsewhere: what waits for its signature.
create table identity_to_sign (
  only_one boolean primary key default true check (only_one),
  seq bigint not null,
  body bytea not null,
  signing_key bytea not null,
  next_tls bytea not null
);
create table signing_key (
  key bytea primary key,
  sealed bytea not null,
  begins bigint not null,
  ends bigint not null,
  revoked boolean not null default false,
  in_use boolean not null
);
create table tls_key (
  hash bytea primary key,
  certificate bytea not null,
  sealed bytea not null,
  made_at timestamptz not null,
  place text not null check (place in ('current', 'next', 'waiting', 'past'))
);
create unique index tls_key_current on tls_key (place) where place = 'current';
create unique index tls_key_next on tls_key (place) where place = 'next';
create table revoked_key (
  key bytea primary key,
  at timestamptz not null
);

create table peer (
  id text primary key,
  root bytea not null,
  name text not null,
  endpoint text not null,
  document bytea not null,
  seq bigint not null,
  state text not null,
  contact text not null default '',
  compared boolean not null default false,
  decided boolean not null default false,
  suspended_by_us boolean not null default false,
  suspended_by_them boolean not null default false,
  our_half bytea,
  their_half bytea,
  agreement bytea,
  our_signature bytea,
  their_signature bytea,
  accepted_at timestamptz not null,
  heard_at timestamptz,
  unreachable boolean not null default false,
  clock_off bigint not null default 0,
  failing text not null default '',
  identity_held bigint not null default 0,
  letters_held bigint not null default 0
);
create table peer_certificate (
  hash bytea primary key,
  peer text not null references peer,
  certificate bytea not null
);
create index peer_certificate_of on peer_certificate (peer);
create table peer_event (
  id uuid primary key,
  peer text not null references peer,
  at timestamptz not null,
  what text not null,
  decision_number bigint not null default 0,
  by_them boolean not null default false,
  detail text not null default ''
);
create index peer_event_of on peer_event (peer, id);

-- Written, and not numbered yet.
create table letter_waiting (
  id bigint generated always as identity primary key,
  peer text not null references peer,
  kind text not null,
  payload bytea not null,
  expires bigint not null,
  at timestamptz not null
);
create index letter_waiting_for on letter_waiting (peer, id);
create table letter_out (
  peer text not null references peer,
  seq bigint not null check (seq > 0),
  body bytea not null,
  hash text not null,
  at timestamptz not null,
  taken_back boolean not null,
  primary key (peer, seq)
);
create table letter_in (
  peer text not null references peer,
  seq bigint not null check (seq > 0),
  content bytea not null,
  hash text not null,
  at timestamptz not null,
  judged text not null,
  reason text not null,
  primary key (peer, seq)
);
create table letter_conflict (
  peer text not null references peer,
  seq bigint not null,
  hash text not null,
  content bytea not null,
  at timestamptz not null,
  primary key (peer, seq, hash)
);

-- What governance states, kept here: only its facts write these rows.
create table decision (
  id uuid primary key,
  passed boolean not null,
  at timestamptz not null
);

revoke update, delete, truncate on own_identity, peer_event, letter_out, letter_in, letter_conflict, revoked_key from kith_federation_run;
"""
