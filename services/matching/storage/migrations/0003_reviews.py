"""Counted visits, reviews after as many as the rulebook says, and tasks that need credentials."""

from alembic import op

revision = "0003_reviews"
down_revision = "0002_teams"
branch_labels = None
depends_on = None

TABLES = """
create table working_pair (
  id uuid primary key,
  person uuid not null,
  worker uuid not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  visits integer not null
);
create unique index working_pair_live on working_pair (person, worker) where ended_at is null;
create index working_pair_by_worker on working_pair (worker);

create table counted_visit (
  pair uuid not null references working_pair,
  day date not null,
  person uuid not null,
  worker uuid not null,
  recorded_by text not null,
  recorded_at timestamptz not null,
  confirmed_at timestamptz,
  primary key (pair, day)
);

create table review (
  id uuid primary key,
  pair uuid not null references working_pair,
  person uuid not null,
  worker uuid not null,
  after_visits integer not null,
  asked_at timestamptz not null,
  until timestamptz not null,
  person_answer text,
  worker_answer text,
  closed_at timestamptz,
  unique (pair, after_visits)
);
create index review_by_person on review (person);
create index review_by_worker on review (worker);
create index review_until on review (until) where closed_at is null;

create table team_task (
  team uuid not null references team,
  person uuid not null,
  kind text not null,
  assigned_at timestamptz not null,
  until_day date,
  check_again boolean not null,
  primary key (team, person, kind)
);
create index team_task_by_person on team_task (person);
"""

# Who may see a row: the person ME names themselves, and who acts for them in the scope `team`. Names of settings and columns take the
# places of the words in capitals.
ME = """(
  (PRINCIPAL is null and COLUMN = CALLER)
  or (PRINCIPAL = COLUMN and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
)"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"


def me(column: str) -> str:
    return (
        ME.replace("COLUMN", column)
        .replace("CALLER", CALLER)
        .replace("PRINCIPAL", "nullif(current_setting('kith.acting_for', true), '')::uuid")
        .replace("NOW", "nullif(current_setting('kith.now', true), '')::timestamptz")
    )


SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_own on {table} using ({SYSTEM} or {me(f"{table}.person")} or {table}.worker = {CALLER});
"""
    for table in ("working_pair", "counted_visit", "review")
)
# A team's tasks are for its owner, who acts for them, and those who have joined it: an invitation shows none of them.
TASK_SECURITY = (
    """
alter table team_task enable row level security;
alter table team_task force row level security;
create policy team_task_seen on team_task using (SYSTEM
  or exists (select from team where team.id = team_task.team and OWNER)
  or exists (select from team_member as mine
    where mine.team = team_task.team and mine.person = CALLER and mine.joined_at is not null));
""".replace("SYSTEM", SYSTEM)
    .replace("OWNER", me("team.owner"))
    .replace("CALLER", CALLER)
)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
    op.execute(TASK_SECURITY)
