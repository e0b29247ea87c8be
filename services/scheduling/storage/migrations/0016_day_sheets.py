"""Day sheets: who wants theirs by mail, which went out, and at which hour."""

from alembic import op

revision = "0016_day_sheets"
down_revision = "0015_visit_tasks"
branch_labels = None
depends_on = None

TABLES = """
create table day_sheet_choice (
  person uuid primary key,
  wanted boolean not null,
  named boolean not null,
  set_by uuid not null,
  since timestamptz not null
);

create table day_sheet (
  person uuid not null,
  day date not null,
  number integer not null,
  fingerprint text not null,
  sent_at timestamptz not null,
  primary key (person, day, number)
);
create index day_sheet_by_day on day_sheet (day);

alter table visit_rule add column day_sheet_hour integer not null default 18 check (day_sheet_hour between 12 and 22);
alter table visit_rule alter column day_sheet_hour drop default;
"""

OF_PERSON = """
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL = person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and person = CALLER)
"""
SECURITY = """
alter table day_sheet_choice enable row level security;
alter table day_sheet_choice force row level security;
create policy day_sheet_choice_own on day_sheet_choice using (OF_PERSON);

alter table day_sheet enable row level security;
alter table day_sheet force row level security;
create policy day_sheet_own on day_sheet using (OF_PERSON);
"""
WORDS = {
    "OF_PERSON": OF_PERSON,
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def upgrade() -> None:
    sql = SECURITY
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    op.execute(TABLES)
    op.execute(sql)
