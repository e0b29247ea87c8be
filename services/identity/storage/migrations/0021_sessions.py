"""Sessions say on whose device they are, and who helped in them."""

from alembic import op

from libs.database.shared_ddl import ADD_HELPED_BY, ADD_LAST_LOST, allow_erasure_of_help

revision = "0021_sessions"
down_revision = "0020_erasure"
branch_labels = None
depends_on = None

# Sessions of before said nothing, and lasted as those on the person's own device.
SESSION = """
alter table session add column device_use text not null default 'own';
alter table session add column device_kind text not null default '';
alter table session add column quiet_seconds integer not null default 0;
alter table session add column helped_by uuid references person;
alter table session add column help_kind text not null default '';
create index session_by_helper on session (helped_by) where helped_by is not null;
create policy session_of_helper on session for select using (helped_by = nullif(current_setting('kith.caller', true), '')::uuid);
"""


def upgrade() -> None:
    op.execute(ADD_HELPED_BY + ADD_LAST_LOST)
    op.execute(allow_erasure_of_help("kith_identity_run"))
    op.execute(SESSION)
