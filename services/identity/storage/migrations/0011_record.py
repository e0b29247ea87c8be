"""What people say of themselves, field by field and sealed; grants to see a field; and who is, and who was, a member."""

from alembic import op

revision = "0011_record"
down_revision = "0010_reads_in_full"
branch_labels = None
depends_on = None

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
SIGNED_IN = "coalesce(current_setting('kith.caller', true), '') <> ''"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"

# The rules of libs/access/reading.py as they were then: `may_read` and `may_change`.
MAY_READ = """
coalesce((select nullif(current_setting('kith.acting_for', true), '')::uuid) IS NULL AND (select nullif(current_setting('kith.caller',
true), '')::uuid) = record_field.person OR (select nullif(current_setting('kith.acting_for', true), '')::uuid) = record_field.person AND
(EXISTS (SELECT 1 FROM acting_right WHERE acting_right.holder = (select nullif(current_setting('kith.caller', true), '')::uuid) AND
acting_right.subject = record_field.person AND acting_right.scope = split_part(record_field.field, '.', 1) AND acting_right.valid_from
<= (select nullif(current_setting('kith.now', true), '')::timestamptz) AND (acting_right.valid_until IS NULL OR acting_right.valid_until
> (select nullif(current_setting('kith.now', true), '')::timestamptz)) AND (acting_right.ended_at IS NULL OR acting_right.ended_at >
(select nullif(current_setting('kith.now', true), '')::timestamptz)))) OR (select nullif(current_setting('kith.acting_for', true),
'')::uuid) IS NULL AND ((EXISTS (SELECT 1 FROM access_grant WHERE access_grant.subject = record_field.person AND access_grant.field =
record_field.field AND (access_grant.audience_kind = 'person' AND access_grant.audience = CAST((select
nullif(current_setting('kith.caller', true), '')::uuid) AS TEXT) OR access_grant.audience_kind = 'hat' AND access_grant.audience =
(select current_setting('kith.hat', true)) AND (EXISTS (SELECT 1 FROM worn_hat WHERE worn_hat.person = (select
nullif(current_setting('kith.caller', true), '')::uuid) AND worn_hat.hat = access_grant.audience)) OR access_grant.audience_kind =
'members' AND (EXISTS (SELECT 1 FROM co_op_member WHERE co_op_member.person = (select nullif(current_setting('kith.caller', true),
'')::uuid)))) AND access_grant.valid_from <= (select nullif(current_setting('kith.now', true), '')::timestamptz) AND
(access_grant.valid_until IS NULL OR access_grant.valid_until > (select nullif(current_setting('kith.now', true), '')::timestamptz)) AND
(access_grant.revoked_at IS NULL OR access_grant.revoked_at > (select nullif(current_setting('kith.now', true), '')::timestamptz)))) OR
(EXISTS (SELECT 1 FROM emergency_access WHERE emergency_access.reader = (select nullif(current_setting('kith.caller', true), '')::uuid)
AND emergency_access.subject = record_field.person AND emergency_access.opened_at <= (select nullif(current_setting('kith.now', true),
'')::timestamptz) AND emergency_access.ends_at > (select nullif(current_setting('kith.now', true), '')::timestamptz)))), false)
"""
MAY_CHANGE = """
coalesce((select nullif(current_setting('kith.acting_for', true), '')::uuid) IS NULL AND (select nullif(current_setting('kith.caller',
true), '')::uuid) = record_field.person OR (select nullif(current_setting('kith.acting_for', true), '')::uuid) = record_field.person AND
(EXISTS (SELECT 1 FROM acting_right WHERE acting_right.holder = (select nullif(current_setting('kith.caller', true), '')::uuid) AND
acting_right.subject = record_field.person AND acting_right.scope = split_part(record_field.field, '.', 1) AND acting_right.valid_from
<= (select nullif(current_setting('kith.now', true), '')::timestamptz) AND (acting_right.valid_until IS NULL OR acting_right.valid_until
> (select nullif(current_setting('kith.now', true), '')::timestamptz)) AND (acting_right.ended_at IS NULL OR acting_right.ended_at >
(select nullif(current_setting('kith.now', true), '')::timestamptz)))), false)
"""

TABLES = """
create table record_field (
  person uuid not null references person,
  field text not null,
  sealed bytea,
  version bigint not null,
  changed_at timestamptz not null,
  changed_by uuid not null,
  primary key (person, field)
);
create index record_field_by_field on record_field (field, person);

create table access_grant_origin (
  id uuid primary key,
  person uuid not null references person,
  given_at timestamptz not null
);

create table former_member (
  person uuid primary key
);
"""

POLICIES = f"""
alter table record_field enable row level security;
alter table record_field force row level security;
create policy record_field_seen on record_field for select using (({MAY_READ}) or {SYSTEM});
create policy record_field_added on record_field for insert with check (({MAY_CHANGE}) or {SYSTEM});
create policy record_field_changed on record_field for update using (({MAY_CHANGE}) or {SYSTEM}) with check (({MAY_CHANGE}) or {SYSTEM});
create policy record_field_removed on record_field for delete using ({SYSTEM});
alter table access_grant_origin enable row level security;
alter table access_grant_origin force row level security;
create policy access_grant_origin_seen on access_grant_origin
  using (person = {CALLER} or {SYSTEM}) with check (person = {CALLER} or {SYSTEM});
alter table former_member enable row level security;
alter table former_member force row level security;
create policy former_member_seen on former_member using ({SIGNED_IN} or {SYSTEM}) with check ({SYSTEM});
"""

# Members are known from membership's events, and so are those of before: they are followed again from the first.
FOLLOW_AGAIN = "update position set n = 0 where source = 'membership'"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(POLICIES)
    op.execute(FOLLOW_AGAIN)
