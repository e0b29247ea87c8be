"""Who was suggested to whom in which week, for the limit on how often somebody is shown and to see how evenly that falls; call-outs."""

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

create table call_out (
  id uuid primary key,
  person uuid not null,
  words text not null,
  until_day date not null,
  written_at timestamptz not null
);
create index call_out_by_person on call_out (person);
create index call_out_by_day on call_out (until_day);
"""

# The person themselves, and who acts for them in the scope `team`. Names of the table and of settings take the places of the words in
# capitals.
ME = """(
  (PRINCIPAL is null and ROWS.person = CALLER)
  or (PRINCIPAL = ROWS.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
)"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"


def me(table: str) -> str:
    return ME.replace("ROWS", table).replace("CALLER", CALLER).replace("PRINCIPAL", PRINCIPAL).replace("NOW", NOW)


# Who was shown to whom, both may know. A call-out every member reads; only those of the person write and end it.
SECURITY = f"""
alter table showing enable row level security;
alter table showing force row level security;
create policy showing_own on showing using ({SYSTEM} or {me("showing")} or ({PRINCIPAL} is null and showing.worker = {CALLER}));
alter table call_out enable row level security;
alter table call_out force row level security;
create policy call_out_own on call_out using ({SYSTEM} or {me("call_out")});
"""
OPEN_CALL_OUTS = """
create policy call_out_open on call_out for select
  using (exists (select from current_member as reader where reader.person = CALLER and (reader.until is null or reader.until > NOW)));
""".replace("CALLER", CALLER).replace("NOW", NOW)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY + OPEN_CALL_OUTS)
