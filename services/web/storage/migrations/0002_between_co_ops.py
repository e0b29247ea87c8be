"""News of votes with other co-ops, and of the other co-ops themselves."""

from alembic import op

revision = "0002_between_co_ops"
down_revision = "0001_first"

FEDERATED_NEWS = """
-- A vote with other co-ops is named by a hash and a co-op by a word, so what news is about is text; some news is for a hat.
alter table news alter column about type text using about::text;
alter table news add column hat text not null default '';
create table news_of_federation partition of news for values in ('federation');
alter table news_of_federation enable row level security;
alter table news_of_federation force row level security;
create policy news_emptied on news_of_federation for delete using (true);
"""


def upgrade() -> None:
    op.execute(FEDERATED_NEWS)
