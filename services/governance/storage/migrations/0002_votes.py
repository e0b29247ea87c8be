"""The tables for federated votes.

`vote_row` ties a person to a pseudonym: row-level security shows it only to that person, to secretaries and scrutineers with their hat on,
and to the reaction to federation's events. `vote_ballots` only counts. `vote_ballot` is append-only, like `ballot`.
"""

from alembic import op

revision = "0002_votes"
down_revision = "0001_first"

CREATE_TABLES = """
create table vote_draft (
  id text primary key,
  said text not null,
  drafted_by uuid not null,
  drafted_at timestamptz not null,
  terms bytea,
  vote text
);

create table vote (
  id text primary key,
  terms bytea not null,
  question text not null,
  observer boolean not null,
  taken_at timestamptz not null,
  closes_at timestamptz not null,
  state text not null,
  join_number bigint references decision (number),
  frozen_by uuid,
  opened boolean not null default false,
  ended_at timestamptz,
  outcome_hash text not null default '',
  revision bigint not null default 0,
  passes boolean,
  contested boolean not null default false,
  disputed_why text not null default ''
);

create table vote_group (
  vote text not null references vote,
  voting_group text not null,
  size bigint not null,
  small boolean not null,
  primary key (vote, voting_group)
);

create table vote_row (
  vote text not null references vote,
  person uuid not null,
  pseudonym text not null,
  voting_group text not null,
  salt bytea not null,
  commitment bytea not null,
  revision bigint not null default 0,
  voted_at timestamptz,
  withdrawn boolean not null default false,
  lost_at timestamptz,
  primary key (vote, person),
  unique (vote, pseudonym)
);
create index vote_row_by_person on vote_row (person, vote);

create table vote_attestation (
  vote text not null references vote,
  person uuid not null,
  at timestamptz not null,
  primary key (vote, person)
);

create table vote_ballot (
  vote text not null,
  person uuid not null,
  revision bigint not null check (revision > 0),
  choice text,
  taken text not null,
  recorded_at timestamptz not null,
  leaf bytea not null,
  recorders uuid[] not null,
  primary key (vote, person, revision),
  foreign key (vote, person) references vote_row
);

create table vote_ballot_entry (
  id uuid primary key,
  vote text not null,
  person uuid not null,
  choice text not null,
  taken text not null,
  recorder uuid not null,
  recorded_at timestamptz not null,
  revision bigint not null,
  unique (vote, person),
  foreign key (vote, person) references vote_row
);

create table vote_word (
  vote text not null references vote,
  about text not null,
  revision bigint not null,
  decision bigint not null references decision (number),
  at timestamptz not null,
  primary key (vote, about, revision)
);

alter table decision add column vote text references vote;

alter table vote_row enable row level security;
alter table vote_row force row level security;
create policy vote_row_read on vote_row for select using (
  person = nullif(current_setting('kith.caller', true), '')::uuid or kith_wears('secretary') or kith_wears('scrutineer')
  or current_setting('kith.system', true) in ('reaction:federation', 'count:vote'));
create policy vote_row_freeze on vote_row for insert with check (kith_wears('secretary'));
create policy vote_row_move on vote_row for update using (
  person = nullif(current_setting('kith.caller', true), '')::uuid or kith_wears('secretary')
  or current_setting('kith.system', true) = 'reaction:federation');

alter table vote_ballot enable row level security;
alter table vote_ballot force row level security;
create policy vote_ballot_read on vote_ballot for select using (person = nullif(current_setting('kith.caller', true), '')::uuid);
create policy vote_ballot_write on vote_ballot for insert with check (
  person = nullif(current_setting('kith.caller', true), '')::uuid or (cardinality(recorders) = 2 and kith_wears('secretary')));

alter table vote_ballot_entry enable row level security;
alter table vote_ballot_entry force row level security;
create policy vote_ballot_entry_by_secretary on vote_ballot_entry using (kith_wears('secretary'));

-- Every member may see this number, but not the rows behind it. The function restores `kith.system` before it returns.
create function vote_ballots(wanted text) returns bigint language plpgsql as $$
declare
  asking text := coalesce(current_setting('kith.system', true), '');
  counted bigint;
begin
  perform set_config('kith.system', 'count:vote', true);
  select count(*) into counted from vote_row
    where vote = wanted and voted_at is not null and not withdrawn and (lost_at is null or lost_at < voted_at);
  perform set_config('kith.system', asking, true);
  return counted;
end
$$;

revoke update, delete, truncate on vote_group, vote_attestation, vote_ballot, vote_word from kith_governance_run;
revoke delete, truncate on vote, vote_draft, vote_row from kith_governance_run;
revoke update on vote, vote_draft, vote_row from kith_governance_run;
grant update (terms, vote) on vote_draft to kith_governance_run;
grant update (state, join_number, frozen_by, opened, ended_at, outcome_hash, revision, passes, contested, disputed_why)
  on vote to kith_governance_run;
grant update (revision, voted_at, withdrawn, lost_at) on vote_row to kith_governance_run;
"""


def upgrade() -> None:
    op.execute(CREATE_TABLES)
