"""Who acts in notices sees how a person wants to be told only while they may act, and only while they do act for that person."""

from alembic import op

revision = "0019_notice_policy"
down_revision = "0018_data_rights"
branch_labels = None
depends_on = None

SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

# The rule `may_change` of libs/access/reading.py as it was then, for the scope of notices.
MAY_CHANGE = """
coalesce(nullif(current_setting('kith.acting_for', true), '')::uuid IS NULL AND nullif(current_setting('kith.caller', true), '')::uuid =
ways_to_be_told.person OR nullif(current_setting('kith.acting_for', true), '')::uuid = ways_to_be_told.person AND (EXISTS (SELECT 1 FROM
acting_right WHERE acting_right.holder = nullif(current_setting('kith.caller', true), '')::uuid AND acting_right.subject =
ways_to_be_told.person AND acting_right.scope = split_part('notices', '.', 1) AND acting_right.valid_from <=
nullif(current_setting('kith.now', true), '')::timestamptz AND (acting_right.valid_until IS NULL OR acting_right.valid_until >
nullif(current_setting('kith.now', true), '')::timestamptz) AND (acting_right.ended_at IS NULL OR acting_right.ended_at >
nullif(current_setting('kith.now', true), '')::timestamptz))), false)
"""

CHANGES = f"""
drop policy ways_to_be_told_seen on ways_to_be_told;
create policy ways_to_be_told_seen on ways_to_be_told using (({MAY_CHANGE}) or {SYSTEM}) with check (({MAY_CHANGE}) or {SYSTEM});
"""


def upgrade() -> None:
    op.execute(CHANGES)
