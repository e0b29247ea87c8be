"""News and notices of a person go when identity says that they are erased, and news of before does not come back with a rebuild."""

from alembic import op

from libs.database.shared_ddl import CREATE_ERASURE_TABLES, allow_erasure

revision = "0020_erasure"
down_revision = "0018_data_rights"
branch_labels = None
depends_on = None

ERASING = "current_setting('kith.system', true) = 'reaction:identity'"

POLICIES = f"""
create policy news_erased on news for delete using ({ERASING});
create policy news_found_for_erasure on news for select using ({ERASING});
"""


def upgrade() -> None:
    op.execute(CREATE_ERASURE_TABLES)
    op.execute(allow_erasure("kith_web_run"))
    op.execute(POLICIES)
