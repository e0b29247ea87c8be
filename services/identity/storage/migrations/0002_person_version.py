"""A person has a version, so that a correction cannot overwrite what somebody else has corrected since."""

from alembic import op

revision = "0002_person_version"
down_revision = "0001_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table person add column version bigint not null default 1")
