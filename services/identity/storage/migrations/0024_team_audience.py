"""Who is in whose team, and when somebody left one; a person may share a field with their team."""

from alembic import op

revision = "0024_team_audience"
down_revision = "0023_acting"
branch_labels = None
depends_on = None

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

# The rule of libs/access/reading.py as it is now: `may_read`.
MAY_READ = """
coalesce((select nullif(current_setting('kith.acting_for', true), '')::uuid) IS NULL AND (select nullif(current_setting('kith.caller',
true), '')::uuid) = record_field.person OR (select nullif(current_setting('kith.acting_for', true), '')::uuid) = record_field.person AND
(EXISTS (SELECT 1 FROM acting_right WHERE acting_right.holder = (select nullif(current_setting('kith.caller', true), '')::uuid) AND
acting_right.subject = record_field.person AND acting_right.scope = split_part(record_field.field, '.', 1) AND acting_right.valid_from <=
(select nullif(current_setting('kith.now', true), '')::timestamptz) AND (acting_right.valid_until IS NULL OR acting_right.valid_until >
(select nullif(current_setting('kith.now', true), '')::timestamptz)) AND (acting_right.ended_at IS NULL OR acting_right.ended_at > (select
nullif(current_setting('kith.now', true), '')::timestamptz)))) OR (select nullif(current_setting('kith.acting_for', true), '')::uuid) IS
NULL AND ((EXISTS (SELECT 1 FROM access_grant WHERE access_grant.subject = record_field.person AND access_grant.field = record_field.field
AND (access_grant.audience_kind = 'person' AND access_grant.audience = CAST((select nullif(current_setting('kith.caller', true),
'')::uuid) AS TEXT) OR access_grant.audience_kind = 'hat' AND access_grant.audience = (select current_setting('kith.hat', true)) AND
(EXISTS (SELECT 1 FROM worn_hat WHERE worn_hat.person = (select nullif(current_setting('kith.caller', true), '')::uuid) AND worn_hat.hat =
access_grant.audience)) OR access_grant.audience_kind = 'members' AND (EXISTS (SELECT 1 FROM co_op_member WHERE co_op_member.person =
(select nullif(current_setting('kith.caller', true), '')::uuid))) OR access_grant.audience_kind = 'team' AND (EXISTS (SELECT 1 FROM
team_place WHERE team_place.owner = access_grant.subject AND team_place.person = (select nullif(current_setting('kith.caller', true),
'')::uuid))) AND NOT (EXISTS (SELECT 1 FROM former_member WHERE former_member.person = (select nullif(current_setting('kith.caller',
true), '')::uuid)))) AND access_grant.valid_from <= (select nullif(current_setting('kith.now', true), '')::timestamptz) AND
(access_grant.valid_until IS NULL OR access_grant.valid_until > (select nullif(current_setting('kith.now', true), '')::timestamptz)) AND
(access_grant.revoked_at IS NULL OR access_grant.revoked_at > (select nullif(current_setting('kith.now', true), '')::timestamptz)))) OR
(EXISTS (SELECT 1 FROM emergency_access WHERE emergency_access.reader = (select nullif(current_setting('kith.caller', true), '')::uuid)
AND emergency_access.subject = record_field.person AND emergency_access.opened_at <= (select nullif(current_setting('kith.now', true),
'')::timestamptz) AND emergency_access.ends_at > (select nullif(current_setting('kith.now', true), '')::timestamptz)))), false)
"""

TABLES = """
create table team_place (
  team uuid not null,
  member uuid not null,
  person uuid not null,
  owner uuid not null,
  primary key (team, member)
);
create index team_place_by_owner on team_place (owner, person);
create index team_place_by_person on team_place (person);
create table team_leaving (
  team uuid not null,
  member uuid not null,
  left_at timestamptz not null,
  primary key (team, member)
);
"""

# Merging two entries moves their places in teams, on behalf of a secretary.
POLICIES = f"""
alter table team_place enable row level security;
alter table team_place force row level security;
create policy team_place_seen on team_place
  using (person = {CALLER} or owner = {CALLER} or (select kith_wears('secretary')) or {SYSTEM})
  with check ((select kith_wears('secretary')) or {SYSTEM});
alter table team_leaving enable row level security;
alter table team_leaving force row level security;
create policy team_leaving_seen on team_leaving using (member = {CALLER} or {SYSTEM}) with check ({SYSTEM});
alter policy record_field_seen on record_field using (({MAY_READ}) or {SYSTEM});
"""

# Matching's events from before this version count as well.
FOLLOW_AGAIN = "update position set n = 0 where source = 'matching'"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(POLICIES)
    op.execute(FOLLOW_AGAIN)
