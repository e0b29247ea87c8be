"""An entry that was merged into one that was merged in its turn: the projection names the entry in use, as every later event makes it."""

from alembic import op

revision = "0019_merged_members"
down_revision = "0018_data_rights"
branch_labels = None
depends_on = None

CHANGES = """
with recursive followed (person, kept) as (
  select person, kept from merged_person
  union
  select followed.person, later.kept from followed join merged_person later on later.person = followed.kept
)
update merged_person set kept = followed.kept
from followed
where followed.person = merged_person.person and followed.kept <> merged_person.kept
  and not exists (select from merged_person later where later.person = followed.kept);
"""


def upgrade() -> None:
    op.execute(CHANGES)
