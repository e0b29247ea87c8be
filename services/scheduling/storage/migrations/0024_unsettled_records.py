"""Records that wait for a yes are found without reading all that a person or a worker ever had."""

from alembic import op

revision = "0024_unsettled_records"
down_revision = "0023_places_by_person"
branch_labels = None
depends_on = None

INDEXES = """
create index visit_record_unsettled_by_person on visit_record (person) where state in ('written', 'stood_by', 'disputed');
create index visit_record_unsettled_by_worker on visit_record (worker) where state in ('written', 'stood_by', 'disputed');
"""


def upgrade() -> None:
    op.execute(INDEXES)
