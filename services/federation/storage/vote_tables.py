"""Federation's tables about federated votes: boards, who held how much of them when, and evidence documents.

`entry`, `head` and `paper` prove a vote; they contain no person. Only a recovery truncates a board, under a new `generation`.
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
