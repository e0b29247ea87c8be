"""A person sees what they were told, or are to be, when they ask for their data."""

from alembic import op

revision = "0018_data_rights"
down_revision = "0016_notices"
branch_labels = None
depends_on = None

POLICY = "create policy notice_of_person on notice for select using (person = nullif(current_setting('kith.caller', true), '')::uuid)"


def upgrade() -> None:
    op.execute(POLICY)
