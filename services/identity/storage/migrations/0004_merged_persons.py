"""Two entries of one person are merged: one stays in use, the other stays readable. `person_merge` is append-only."""

from alembic import op

revision = "0004_merged_persons"
down_revision = "0003_ended_sessions"
branch_labels = None
depends_on = None

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SEEN = (
    f"other = {CALLER} or kept = {CALLER} or (select kith_wears('secretary')) or coalesce(current_setting('kith.system', true), '') <> ''"
)

CHANGES = f"""
alter table person add column merged_into uuid references person;
create index person_by_merged_into on person (merged_into);

create table person_merge (
  other uuid primary key references person,
  kept uuid not null references person,
  reason text not null,
  merged_by text not null,
  merged_at timestamptz not null
);
alter table person_merge enable row level security;
alter table person_merge force row level security;
create policy person_merge_seen on person_merge using ({SEEN}) with check ({SEEN});
revoke update, delete, truncate on person_merge from kith_identity_run;
"""


def upgrade() -> None:
    op.execute(CHANGES)
