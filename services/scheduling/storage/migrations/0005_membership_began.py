"""When somebody joined a team, also for each visit that they took as that member: leaving ends what that membership took alone."""

from alembic import op

revision = "0005_membership_began"
down_revision = "0004_retention"
branch_labels = None
depends_on = None

COLUMNS = """
alter table team_member add column joined_at timestamptz not null default 'epoch';
alter table team_member alter column joined_at drop default;
alter table visit_place add column joined_at timestamptz not null default 'epoch';
alter table visit_place alter column joined_at drop default;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
