"""Merges whose records are still to be moved: a job does it. Those of before are moved, too: it is not known which entry had a team."""

from alembic import op

revision = "0025_merge_to_follow"
down_revision = "0024_team_audience"
branch_labels = None
depends_on = None

TABLE = """
create table merge_to_follow (
  other uuid primary key references person,
  other_has_team boolean not null default true,
  kept_has_team boolean not null default true,
  tried_at timestamptz
);
insert into merge_to_follow (other)
select other from person_merge join person on person.id = other where person.erased_at is null;
"""


def upgrade() -> None:
    op.execute(TABLE)
