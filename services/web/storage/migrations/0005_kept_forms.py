"""Drafts and forms that came too late belong to the person who wrote them, not to the session, and are sealed.

Drafts of before, at most 14 days old, belonged to sessions and cannot be sealed here: they go.
"""

from alembic import op

revision = "0005_kept_forms"
down_revision = "0004_ended_sessions"

TABLE = """
create table kept_form (
  owner bytea not null,
  form bytea not null,
  sealed bytea not null,
  at timestamptz not null,
  primary key (owner, form)
);
create index kept_form_by_time on kept_form (at);
drop table draft;
"""


def upgrade() -> None:
    op.execute(TABLE)
