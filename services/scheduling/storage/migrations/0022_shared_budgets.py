"""Budgets that two persons share: what one payer has for both."""

from alembic import op

revision = "0022_shared_budgets"
down_revision = "0021_rest_reasons"
branch_labels = None
depends_on = None

TABLES = """
create table shared_budget (
  id uuid primary key,
  payer uuid not null references payer,
  proposed_by uuid not null,
  other uuid not null check (other <> proposed_by),
  first_day date not null,
  last_day date,
  state text not null,
  written_by uuid not null,
  proposed_at timestamptz not null,
  answered_by uuid,
  answered_at timestamptz,
  version bigint not null
);
create index shared_budget_by_proposed_by on shared_budget (proposed_by);
create index shared_budget_by_other on shared_budget (other);
"""

# The two, and who acts for one of them in "money"; no secretary: who shares with whom is theirs.
PERSON_IN = """(COLUMN = CALLER and PRINCIPAL is null) or (COLUMN = PRINCIPAL and exists (select from acting_right as acting
    where acting.holder = CALLER and acting.subject = PRINCIPAL and acting.scope = 'money' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))"""
SECURITY = """
alter table shared_budget enable row level security;
alter table shared_budget force row level security;
create policy shared_budget_seen on shared_budget using (
  coalesce(current_setting('kith.system', true), '') <> '' or ONE_OF(proposed_by) or ONE_OF(other));
"""


def upgrade() -> None:
    op.execute(TABLES)
    sql = SECURITY
    for column in ("proposed_by", "other"):
        sql = sql.replace(f"ONE_OF({column})", PERSON_IN.replace("COLUMN", column))
    for word, meaning in {
        "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
        "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
        "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
    }.items():
        sql = sql.replace(word, meaning)
    op.execute(sql)
