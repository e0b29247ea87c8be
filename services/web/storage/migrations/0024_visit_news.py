"""News of visits and of what goes with them, from scheduling. It begins with what happens from now on."""

from alembic import op

revision = "0024_visit_news"
down_revision = "0023_acting"
branch_labels = None
depends_on = None

TABLE = """
create table news_of_scheduling partition of news for values in ('scheduling');
alter table news_of_scheduling enable row level security;
alter table news_of_scheduling force row level security;
create policy news_emptied on news_of_scheduling for delete using (true);
"""


def upgrade() -> None:
    op.execute(TABLE)
