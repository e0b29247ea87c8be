"""A person sees what a secretary entered of their paper vote, when they ask for their data."""

from alembic import op

revision = "0018_data_rights"
down_revision = "0012_reads"
branch_labels = None
depends_on = None

POLICIES = """
create policy ballot_entry_of_person on ballot_entry for select using (person = nullif(current_setting('kith.caller', true), '')::uuid);
create policy vote_ballot_entry_of_person on vote_ballot_entry for select using (
  person = nullif(current_setting('kith.caller', true), '')::uuid);
"""


def upgrade() -> None:
    op.execute(POLICIES)
