"""News that comes from the host itself: that this co-op's records were set back to an older copy."""

from alembic import op

revision = "0006_older_copy"
down_revision = "0005_kept_forms"

TABLE = """
create table news_of_host partition of news for values in ('host');
alter table news_of_host enable row level security;
alter table news_of_host force row level security;
create policy news_emptied on news_of_host for delete using (true);
"""


def upgrade() -> None:
    op.execute(TABLE)
