"""Persons are erased here when identity says so, once no vote with them on its roll is open: only what never became a ballot goes."""

from alembic import op

from libs.database.shared_ddl import CREATE_ERASURE_TABLES, allow_erasure

revision = "0020_erasure"
down_revision = "0019_merged_members"
branch_labels = None
depends_on = None

ERASING = "current_setting('kith.system', true) in ('reaction:identity', 'job:erase_waiting')"

POLICIES = f"""
create policy ballot_entry_erased on ballot_entry using ({ERASING});
create policy vote_ballot_entry_erased on vote_ballot_entry using ({ERASING});
create policy ballot_counted_for_erasure on ballot for select using ({ERASING});
create policy vote_ballot_counted_for_erasure on vote_ballot for select using ({ERASING});
create policy vote_row_counted_for_erasure on vote_row for select using ({ERASING});
"""


def upgrade() -> None:
    op.execute(CREATE_ERASURE_TABLES)
    op.execute(allow_erasure("kith_governance_run"))
    op.execute(POLICIES)
