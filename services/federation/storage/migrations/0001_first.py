"""Federation's first tables. Private keys are stored encrypted: a copy of the database is useless without `keys/federation/seal.key`."""

from alembic import op

from libs.database import shared_ddl

revision = "0001_first"
down_revision = None

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

CREATE_VOTE_TABLES = """
-- What governance drafted here, until every party's keys have come.
create table vote_draft (
  draft text primary key,
  participants text[] not null,
  observers text[] not null,
  asked boolean not null default false,
  vote text
);
create table vote_draft_party (
  draft text not null references vote_draft,
  co_op text not null,
  party bytea not null,
  classes bytea not null,
  primary key (draft, co_op)
);
-- Our three keys for each vote we were asked to take part in, sealed.
create table vote_key (
  draft text not null,
  convener text not null,
  kind text not null,
  party bytea not null,
  statement bytea not null,
  board bytea not null,
  witness bytea not null,
  answered boolean not null default false,
  primary key (draft, convener)
);

create table vote (
  id text primary key,
  terms bytea not null,
  came_at timestamptz not null,
  close bigint not null,
  taken boolean not null default false,
  ready_wanted boolean not null default false,
  told text not null default '',
  revision bigint not null default 1,
  outcome bytea,
  outcome_revision bigint not null default 0,
  signed_revision bigint not null default 0,
  settled bytea,
  archived boolean not null default false
);
create index vote_live on vote (close) where not archived;
create table vote_identity (
  vote text not null,
  co_op text not null,
  document bytea not null,
  primary key (vote, co_op)
);

create table board (
  vote text not null references vote,
  co_op text not null,
  size bigint not null default 0,
  frontier bytea not null,
  generation bigint not null default 0,
  heard_at timestamptz,
  primary key (vote, co_op)
);
create table entry (
  vote text not null,
  co_op text not null,
  index bigint not null,
  data bytea not null,
  leaf bytea not null,
  pseudonym text,
  primary key (vote, co_op, index),
  foreign key (vote, co_op) references board
);
create index entry_by_pseudonym on entry (pseudonym) where pseudonym is not null;
create table head (
  vote text not null,
  co_op text not null,
  size bigint not null,
  root bytea not null,
  signature bytea not null,
  primary key (vote, co_op, size, root),
  foreign key (vote, co_op) references board
);
create table cosignature (
  vote text not null,
  co_op text not null,
  witness text not null,
  size bigint not null,
  root bytea not null,
  time bigint not null,
  signature bytea not null,
  primary key (vote, co_op, witness, size, time, root),
  foreign key (vote, co_op, size, root) references head
);
create table paper (
  vote text not null references vote,
  hash bytea not null,
  kind text not null,
  content bytea not null,
  came_at timestamptz not null,
  primary key (vote, hash)
);

revoke delete, truncate on vote, vote_identity, vote_key, paper from kith_federation_run;
revoke truncate on board, entry, head, cosignature from kith_federation_run;
revoke update on entry, head, cosignature, paper, vote_identity from kith_federation_run;
"""


def upgrade() -> None:
    op.execute(shared_ddl.CREATE_SHARED_TABLES)
    op.execute(shared_ddl.CREATE_WORN_HAT)
    op.execute(CREATE_PEER_TABLES)
    op.execute(CREATE_VOTE_TABLES)
    op.execute(shared_ddl.revoke_run_role_rights("kith_federation_run"))
