"""What a team decides by itself: questions to it, and what those in it say."""

from alembic import op

revision = "0014_team_questions"
down_revision = "0013_known_persons"
branch_labels = None
depends_on = None

TABLES = """
create table team_question (
  id uuid primary key,
  team uuid not null references team,
  asker uuid,
  asked_by uuid,
  words text not null,
  asked_at timestamptz not null,
  until_day date not null,
  state text not null,
  closed_at timestamptz
);
create index team_question_by_team on team_question (team);
create index team_question_open on team_question (until_day) where state = 'open';

create table team_answer (
  question uuid not null references team_question on delete cascade,
  person uuid not null,
  said_by uuid,
  said text not null,
  words text not null,
  answered_at timestamptz not null,
  version bigint not null,
  primary key (question, person)
);
"""

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
# The owner, who acts for them in `team`, and who is in the team now. Who acts for somebody else in it reads nothing: what a team decides
# stays in the team.
IN_TEAM = f"""{SYSTEM}
  or exists (select from team where team.id = team_question.team and (
    ({PRINCIPAL} is null and team.owner = {CALLER})
    or (team.owner = {PRINCIPAL} and exists (select from acting_right as acting where acting.holder = {CALLER}
      and acting.subject = {PRINCIPAL} and acting.scope = 'team' and acting.valid_from <= {NOW}
      and (acting.valid_until is null or {NOW} < acting.valid_until) and (acting.ended_at is null or {NOW} < acting.ended_at)))))
  or ({PRINCIPAL} is null and exists (select from team_member as mine
    where mine.team = team_question.team and mine.person = {CALLER} and mine.joined_at is not null))"""  # noqa: S608 - our own words
# The inner select sees what IN_TEAM lets this caller see.
OF_QUESTION = "exists (select from team_question where team_question.id = team_answer.question)"
SECURITY = f"""
alter table team_question enable row level security;
alter table team_question force row level security;
create policy team_question_seen on team_question using ({IN_TEAM});

alter table team_answer enable row level security;
alter table team_answer force row level security;
create policy team_answer_seen on team_answer using ({SYSTEM} or {OF_QUESTION});
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
