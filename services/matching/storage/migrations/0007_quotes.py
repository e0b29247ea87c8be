"""What the co-op adds to a worker's rate and takes from it, and what travel costs, by the rulebook in force."""

from alembic import op

revision = "0007_quotes"
down_revision = "0005_suggestions"
branch_labels = None
depends_on = None

# Shares are exact fractions, as text: 7/40.
TABLES = """
create table money_rule (
  only_one boolean primary key default true check (only_one),
  payer_adds text not null,
  worker_gives text not null,
  travel_pence_a_km integer not null,
  travel_pence_a_minute integer not null
);
"""


def upgrade() -> None:
    op.execute(TABLES)
