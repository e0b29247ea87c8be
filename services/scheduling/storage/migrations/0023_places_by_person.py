"""Who came to a person in the last weeks is read from an index, and not from all visits there ever were."""

from alembic import op

revision = "0023_places_by_person"
down_revision = "0022_shared_budgets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index visit_place_by_person on visit_place (person, starts)")
