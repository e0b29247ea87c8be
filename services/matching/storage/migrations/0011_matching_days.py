"""Matching days: when they are, who takes part, and whom each ranks; introductions that a day proposed."""

from alembic import op

revision = "0011_matching_days"
down_revision = "0010_asks"
branch_labels = None
depends_on = None

# The defaults of the columns of a projection are for a version that still runs.
TABLES = """
alter table matching_rule add column matching_days boolean not null default true;
alter table matching_rule add column ranks_kept_days integer not null default 28;
alter table introduction add column matching_day uuid;

create table matching_day (
  id uuid primary key,
  words text not null,
  announced_at timestamptz not null,
  closes_at timestamptz not null,
  runs_at timestamptz not null,
  commitment text not null,
  cancelled_at timestamptz,
  run_at timestamptz,
  seed text not null,
  entry_hashes text[] not null,
  pairs integer not null
);
create unique index matching_day_waiting on matching_day ((cancelled_at is null)) where cancelled_at is null and run_at is null;

create table matching_day_secret (
  day uuid primary key references matching_day (id),
  secret text not null
);

create table day_entry (
  matching_day uuid not null references matching_day (id),
  person uuid not null,
  taking_part_as text not null,
  number text not null,
  salt text not null,
  room integer not null,
  recount boolean not null,
  joined_at timestamptz not null,
  version bigint not null,
  line text not null,
  primary key (matching_day, person, taking_part_as)
);
create index day_entry_by_person on day_entry (person);

create table day_rank (
  matching_day uuid not null references matching_day (id),
  person uuid not null,
  taking_part_as text not null,
  ranked uuid not null,
  rank integer not null,
  primary key (matching_day, person, taking_part_as, ranked)
);
create index day_rank_by_person on day_rank (person);
create index day_rank_by_ranked on day_rank (ranked);

revoke delete, truncate on matching_day from kith_matching_run;
revoke update, delete, truncate on matching_day_secret from kith_matching_run;
revoke truncate on day_entry, day_rank from kith_matching_run;
"""

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"


def me(table: str) -> str:
    """The person themselves; on the side that looks for support, also who acts for them in the scope `team`."""
    return f"""(
  ({PRINCIPAL} is null and {table}.person = {CALLER})
  or ({table}.taking_part_as = 'person' and {PRINCIPAL} = {table}.person
    and exists (select from acting_right as acting where acting.holder = {CALLER}
      and acting.subject = {PRINCIPAL} and acting.scope = 'team' and acting.valid_from <= {NOW}
      and (acting.valid_until is null or {NOW} < acting.valid_until) and (acting.ended_at is null or {NOW} < acting.ended_at)))
)"""


# A secretary stores a secret, and nobody reads it: only the run of the day does.
SECURITY = f"""
alter table matching_day_secret enable row level security;
alter table matching_day_secret force row level security;
create policy matching_day_secret_run on matching_day_secret using ({SYSTEM});
alter table day_entry enable row level security;
alter table day_entry force row level security;
create policy day_entry_own on day_entry using ({SYSTEM} or {me("day_entry")});
alter table day_rank enable row level security;
alter table day_rank force row level security;
create policy day_rank_own on day_rank using ({SYSTEM} or {me("day_rank")});
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
