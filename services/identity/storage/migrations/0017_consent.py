"""What people agreed to, decision by decision, and capacity records: append-only, sealed; and what is permitted now."""

from alembic import op

from libs.database.shared_ddl import CREATE_GIVEN_CONSENTS

revision = "0017_consent"
down_revision = "0016_notices"
branch_labels = None
depends_on = None

# The person, with the entries merged into theirs; who acts for them in the scope `consent`; a secretary; the software itself. The names of
# settings and of the table take the places of the words in capitals.
RULE = """
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL is null and (ROWS.person = CALLER or (select kith_wears('secretary'))
    or exists (select from person as entry where entry.id = ROWS.person and entry.merged_into = CALLER)))
  or ((PRINCIPAL = ROWS.person
      or exists (select from person as entry where entry.id = ROWS.person and entry.merged_into = PRINCIPAL))
    and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'consent' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
"""
SEEN = (
    RULE.replace("CALLER", "nullif(current_setting('kith.caller', true), '')::uuid")
    .replace("PRINCIPAL", "nullif(current_setting('kith.acting_for', true), '')::uuid")
    .replace("NOW", "nullif(current_setting('kith.now', true), '')::timestamptz")
)

TABLES = """
create table capacity_record (
  id uuid primary key,
  person uuid not null references person,
  decision text not null,
  can_decide boolean not null,
  assessed_on date not null,
  until_day date,
  recorded_by text not null,
  recorded_at timestamptz not null,
  sealed bytea not null
);
create index capacity_record_by_person on capacity_record (person);

create table consent_entry (
  id uuid primary key,
  person uuid not null references person,
  topic text not null,
  decision text not null,
  basis text,
  answer text,
  explained text[] not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  review_on date,
  decided_by uuid,
  capacity uuid references capacity_record,
  cause text,
  corrects uuid references consent_entry,
  recorded_by text not null,
  recorded_at timestamptz not null,
  sealed bytea
);
create index consent_entry_by_person on consent_entry (person);
"""

SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_seen on {table} using ({SEEN.replace("ROWS", table)}) with check ({SEEN.replace("ROWS", table)});
revoke update, delete, truncate on {table} from kith_identity_run;
"""
    for table in ("capacity_record", "consent_entry")
)


def upgrade() -> None:
    op.execute(CREATE_GIVEN_CONSENTS)
    op.execute(TABLES)
    op.execute(SECURITY)
