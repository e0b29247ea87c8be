"""Entries of one person that were merged, and which teams are one because their owners are."""

from alembic import op

revision = "0002_merged_persons"
down_revision = "0001_first"
branch_labels = None
depends_on = None

TABLES = """
create table merged_person (
  person uuid primary key,
  kept uuid not null
);
alter table team add column main uuid;
update team set main = id;
alter table team alter column main set not null;
alter table team_member add column entry uuid;
update team_member set entry = person;
alter table team_member drop constraint team_member_pkey;
alter table team_member add primary key (team, entry);
"""


def upgrade() -> None:
    op.execute(TABLES)
