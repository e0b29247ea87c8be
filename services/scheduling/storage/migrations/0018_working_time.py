"""The figures of working time of the rulebook in force, and on which days the average week does not bind workers."""

from alembic import op

revision = "0018_working_time"
down_revision = "0017_ways_and_choices"
branch_labels = None
depends_on = None

TABLES = """
create table working_time_rule (
  only_one boolean primary key default true check (only_one),
  adult_daily_rest integer not null,
  adult_weekly_rest integer not null,
  adult_break_after integer not null,
  adult_shortest_break integer not null,
  adult_night_starts integer not null,
  adult_night_ends integer not null,
  young_daily_rest integer not null,
  young_weekly_rest integer not null,
  young_break_after integer not null,
  young_shortest_break integer not null,
  young_night_starts integer not null,
  young_night_ends integer not null,
  average_week integer not null,
  night_average integer not null,
  night_counts_from integer not null,
  young_day integer not null,
  young_week integer not null,
  averaged_weeks integer not null check (averaged_weeks > 0),
  opt_out_notice_days integer not null
);

create table opt_out (
  id uuid primary key,
  worker uuid not null,
  first_day date not null,
  last_day date check (first_day <= last_day),
  said_at timestamptz not null,
  ended_at timestamptz
);
create index opt_out_by_worker on opt_out (worker, first_day);
create index opt_out_by_day on opt_out (first_day, id);
"""

# The worker alone writes it, and nobody in their place: the agreement is theirs (regulation 5 of the Working Time Regulations 1998). A
# secretary reads it while they wear the hat: the co-op keeps the record (regulation 4(2)).
SECURITY = """
alter table opt_out enable row level security;
alter table opt_out force row level security;
create policy opt_out_own on opt_out
  using (coalesce(current_setting('kith.system', true), '') <> '' or (PRINCIPAL is null and worker = CALLER));
create policy opt_out_read on opt_out for select
  using (PRINCIPAL is null and current_setting('kith.hat', true) = 'secretary'
    and exists (select from worn_hat as worn where worn.person = CALLER and worn.hat = 'secretary'));
"""


def upgrade() -> None:
    op.execute(TABLES)
    sql = SECURITY
    for word, meaning in {
        "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
        "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    }.items():
        sql = sql.replace(word, meaning)
    op.execute(sql)
