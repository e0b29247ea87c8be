"""For which reasons the rulebook lets workers pass a rule of working time, and with which of them they took visits."""

from alembic import op

revision = "0021_rest_reasons"
down_revision = "0020_visit_gaps"
branch_labels = None
depends_on = None

TABLES = """
create table rest_reason_rule (
  key text primary key,
  position integer not null,
  passes text[] not null
);

create table rest_reason (
  visit uuid not null references visit on delete cascade,
  worker uuid not null,
  reason text not null,
  rules text[] not null,
  said_at timestamptz not null,
  primary key (visit, worker)
);
create index rest_reason_by_worker on rest_reason (worker);
"""

# As an opt-out: the worker's own word, which a secretary reads while they wear the hat.
SECURITY = """
alter table rest_reason enable row level security;
alter table rest_reason force row level security;
create policy rest_reason_own on rest_reason
  using (coalesce(current_setting('kith.system', true), '') <> '' or (PRINCIPAL is null and worker = CALLER));
create policy rest_reason_read on rest_reason for select
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
