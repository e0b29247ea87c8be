"""Reads are sealed in a hash chain; records are opened in an emergency."""

from alembic import op

from libs.database.shared_ddl import PREPARE_SEALING

revision = "0012_reads"
down_revision = "0011_record"
branch_labels = None
depends_on = None

EMERGENCY_REASONS = """
create table emergency_reason (
  access uuid primary key,
  reader uuid not null,
  subject uuid not null,
  sealed bytea not null,
  reviewed_by uuid,
  reviewed_at timestamptz
);
alter table emergency_reason enable row level security;
alter table emergency_reason force row level security;
create policy emergency_reason_seen on emergency_reason using (
  nullif(current_setting('kith.caller', true), '')::uuid in (reader, subject)
  or nullif(current_setting('kith.acting_for', true), '')::uuid = subject
  or kith_wears('secretary') or coalesce(current_setting('kith.system', true), '') <> '');

-- What was opened for an hour stays open for that hour, and on record.
revoke update, delete, truncate on emergency_access from kith_identity_run;
revoke update, delete, truncate on emergency_reason from kith_identity_run;
grant update (reviewed_by, reviewed_at) on emergency_reason to kith_identity_run;
"""


def upgrade() -> None:
    op.execute(PREPARE_SEALING)
    op.execute(EMERGENCY_REASONS)
