"""Which visits need somebody since one of the team has left, and for how many days ahead they are looked after, by the rulebook."""

from alembic import op

revision = "0011_covers"
down_revision = "0010_money"
branch_labels = None
depends_on = None

TABLES = """
create table cover (
  id uuid primary key,
  person uuid not null,
  worker uuid not null,
  left_at timestamptz not null,
  until timestamptz not null,
  visits uuid[] not null,
  settled_at timestamptz,
  how text not null,
  unique (person, worker, left_at)
);
create index cover_by_worker on cover (worker);
create index cover_open on cover (person) where settled_at is null;

create table cover_rule (
  only_one boolean primary key default true check (only_one),
  cover_days integer not null
);
"""

# Who sees a row: the person whose visits they are, who acts for them in "my team", and the one who left.
SECURITY = """
alter table cover enable row level security;
alter table cover force row level security;
create policy cover_seen on cover using (
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = cover.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and CALLER in (cover.person, cover.worker))
);
revoke update on cover from kith_scheduling_run;
grant update (person, worker, settled_at, how) on cover to kith_scheduling_run;
"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY.replace("CALLER", CALLER).replace("PRINCIPAL", PRINCIPAL).replace("NOW", NOW))
