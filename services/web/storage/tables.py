"""Web's tables: who is signed in in which browser, and what they have half filled in.

A row is found by the hash of the cookie, and identity's session key is sealed under the cookie itself: whoever reads the tables can neither
take over a session nor ask for a token. Times are UTC.
"""

FIRST = """
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
  name text not null,
  fields jsonb not null,
  at timestamptz not null,
  primary key (cookie_hash, name)
);
"""
