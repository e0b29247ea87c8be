"""Introductions, what people said no to in private, and teams."""

from alembic import op

revision = "0002_teams"
down_revision = "0001_first"
branch_labels = None
depends_on = None

TABLES = """
create table introduction (
  id uuid primary key,
  person uuid not null,
  worker uuid not null,
  step text not null,
  since timestamptz not null,
  until timestamptz,
  person_said boolean,
  worker_said boolean
);
create unique index introduction_live on introduction (person, worker) where until is not null;
create index introduction_by_worker on introduction (worker);
create index introduction_until on introduction (until) where until is not null;

create table private_no (
  chooser uuid not null,
  other uuid not null,
  as_worker boolean not null,
  kind text not null,
  at timestamptz not null,
  primary key (chooser, other, as_worker)
);

create table matching_rule (
  only_one boolean primary key default true check (only_one),
  interest_days integer not null,
  meeting_days integer not null,
  trial_days integer not null,
  review_visits integer[] not null,
  shown_a_week integer not null
);

create table team (
  id uuid primary key,
  owner uuid not null unique,
  formed_at timestamptz not null,
  agreement text not null,
  version bigint not null
);

create table team_member (
  team uuid not null references team,
  person uuid not null,
  kind text not null,
  invited_at timestamptz not null,
  joined_at timestamptz,
  primary key (team, person)
);
create index team_member_by_person on team_member (person);

create table team_hat (
  team uuid not null references team,
  hat text not null,
  person uuid,
  accepted_at timestamptz,
  until_day date,
  handover text not null,
  primary key (team, hat)
);
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


RULES = {
    "introduction": f"{me('introduction.person')} or introduction.worker = {CALLER}",
    "private_no": me("private_no.chooser"),
}
SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_own on {table} using ({SYSTEM} or {rule});
"""
    for table, rule in RULES.items()
)

# A team's words and members are read by those in it; the queries ask who is, and the table of members cannot ask itself.
TEAM_SECURITY = f"""
alter table team enable row level security;
alter table team force row level security;
create policy team_seen on team using ({SYSTEM} or {me("team.owner")}
  or exists (select from team_member as mine where mine.team = team.id and mine.person = {CALLER}));
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
    op.execute(TEAM_SECURITY)
