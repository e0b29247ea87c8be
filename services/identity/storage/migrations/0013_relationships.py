"""Who may act for whom, and who is no longer a member. Somebody who acts for a person sees their contact details within that scope."""

from alembic import op

revision = "0013_relationships"
down_revision = "0012_reads"
branch_labels = None
depends_on = None

SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
OFFICES = "(select kith_wears('secretary')) or (select kith_wears('scrutineer'))"

TABLES = """
create table relationship (
  id uuid primary key,
  subject uuid not null references person,
  holder uuid not null references person,
  kind text not null,
  state text not null,
  scopes text[] not null,
  from_day date not null,
  until_day date,
  recorded_by uuid not null,
  recorded_at timestamptz not null,
  evidence_kind text,
  evidence_sealed bytea,
  evidence_seen_on date,
  confirmed_by uuid,
  confirmed_at timestamptz,
  ended_by uuid,
  ended_at timestamptz,
  end_reason text,
  check (subject <> holder)
);
create index relationship_by_subject on relationship (subject);
create index relationship_by_holder on relationship (holder);
create unique index one_live_relationship on relationship (subject, holder, kind) where state <> 'ended';

revoke delete, truncate on relationship from kith_identity_run;
"""

ACTS_FOR_CONTACTS = f"""person = nullif(current_setting('kith.acting_for', true), '')::uuid and exists (
  select from acting_right
  where acting_right.holder = {CALLER} and acting_right.subject = contact.person and acting_right.scope = 'contacts'
    and acting_right.valid_from <= nullif(current_setting('kith.now', true), '')::timestamptz
    and (acting_right.valid_until is null or nullif(current_setting('kith.now', true), '')::timestamptz < acting_right.valid_until)
    and (acting_right.ended_at is null or nullif(current_setting('kith.now', true), '')::timestamptz < acting_right.ended_at))"""

POLICIES = {
    "relationship": f"subject = {CALLER} or holder = {CALLER} or {OFFICES} or {SYSTEM}",
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, condition in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_seen on {table} using ({condition}) with check ({condition})")
    op.execute(f"create policy contact_seen_by_acting on contact for select using ({ACTS_FOR_CONTACTS})")
