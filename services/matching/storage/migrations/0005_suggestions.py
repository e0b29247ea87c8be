"""Who was suggested to whom in which week: for the limit on how often somebody is shown, and to see how evenly suggestions fall."""

from alembic import op

revision = "0005_suggestions"
down_revision = "0003_reviews"
branch_labels = None
depends_on = None

TABLES = """
create table showing (
  worker uuid not null,
  person uuid not null,
  week date not null,
  shown_on date not null,
  primary key (worker, person, week)
);
create index showing_by_week on showing (week);
create index showing_by_person on showing (person);
"""

# Who may see a row: the person themselves, who acts for them in the scope `team`, and the worker. Names of settings take the places of the
# words in capitals.
ME = """(
  (PRINCIPAL is null and showing.person = CALLER)
  or (PRINCIPAL = showing.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and showing.worker = CALLER)
)"""
OWN = (
    ME.replace("CALLER", "nullif(current_setting('kith.caller', true), '')::uuid")
    .replace("PRINCIPAL", "nullif(current_setting('kith.acting_for', true), '')::uuid")
    .replace("NOW", "nullif(current_setting('kith.now', true), '')::timestamptz")
)
SECURITY = f"""
alter table showing enable row level security;
alter table showing force row level security;
create policy showing_own on showing using (coalesce(current_setting('kith.system', true), '') <> '' or {OWN});
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY)
