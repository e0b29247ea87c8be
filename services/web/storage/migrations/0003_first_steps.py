"""First steps of a new co-op that are ticked off."""

from alembic import op

revision = "0003_first_steps"
down_revision = "0002_between_co_ops"

TABLE = """
create table first_step (
  step text primary key,
  ticked_by text not null,
  ticked_at timestamptz not null
);
"""


def upgrade() -> None:
    op.execute(TABLE)
