"""Sessions are found by identity's session and by person, so that they end when identity ends them; drafts go with them."""

from alembic import op

revision = "0004_ended_sessions"
down_revision = "0003_first_steps"

INDEXES = """
create index session_by_identity_session on session (identity_session);
create index session_by_person on session (person);
"""


def upgrade() -> None:
    op.execute(INDEXES)
