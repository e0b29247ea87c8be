"""Drafts of weeks count ways, by the rulebook's points; the planner chooses for one place, or looks at a week without one worker."""

from alembic import op

revision = "0017_ways_and_choices"
down_revision = "0016_day_sheets"
branch_labels = None
depends_on = None

TABLES = """
create table draft_rule (
  only_one boolean primary key default true check (only_one),
  hat text not null,
  rulebook_hash text not null,
  nobody integer not null,
  travel integer not null,
  new_face integer not null,
  not_preferred integer not null,
  short_of_wish integer not null,
  over_wish integer not null,
  fairness integer not null,
  change integer not null
);

alter table worker_draft_choice add column district text not null default '', add column goes text;
alter table person_draft_choice add column district text not null default '';

alter table week_draft
  add column absent uuid,
  add column rulebook_hash text not null default '',
  add column visits_without_way integer not null default 0,
  add column workers_without_way integer not null default 0;
drop index week_draft_live;
create unique index week_draft_live on week_draft (planner, together, monday)
  where state in ('making', 'draft', 'asked') and absent is null;
create unique index week_draft_live_without on week_draft (planner, together, monday, absent)
  where state in ('making', 'draft', 'asked') and absent is not null;
create index week_draft_by_absent on week_draft (absent);

alter table week_draft_place add column chosen boolean not null default false;
"""


def upgrade() -> None:
    op.execute(TABLES)
