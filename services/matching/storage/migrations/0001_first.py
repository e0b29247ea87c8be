"""Matching's first tables: what people look for and offer, and what matching knows of members and their credentials."""

from alembic import op

from libs.database.shared_ddl import (
    ADD_HELPED_BY,
    ADD_LAST_LOST,
    ADD_READS_IN_FULL,
    CREATE_ACTING_RIGHTS,
    CREATE_ERASURE_TABLES,
    CREATE_SHARED_TABLES,
    CREATE_WORN_HAT,
    PREPARE_SEALING,
    allow_erasure,
    allow_erasure_of_help,
    grant_audit_numbers,
    revoke_run_role_rights,
)

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

# The person themselves, and who acts for them in the scope `team`. The names of settings and of the table take the places of the words in
# capitals.
OWN_RULE = """(
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL is null and ROWS.person = CALLER)
  or (PRINCIPAL = ROWS.person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
)"""
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
OWN = (
    OWN_RULE.replace("CALLER", CALLER)
    .replace("PRINCIPAL", "nullif(current_setting('kith.acting_for', true), '')::uuid")
    .replace("NOW", NOW)
)

TABLES = """
create table getting_support (
  person uuid primary key,
  postcode text not null,
  latitude integer not null,
  longitude integer not null,
  times integer[] not null,
  needed_skills text[] not null,
  needed_languages text[] not null,
  needed_gender text not null,
  wished_languages text[] not null,
  wished_tags text[] not null,
  open boolean not null,
  version bigint not null,
  changed_at timestamptz not null,
  changed_by text not null
);

create table giving_support (
  person uuid primary key,
  postcode text not null,
  latitude integer not null,
  longitude integer not null,
  reach_km integer not null,
  times integer[] not null,
  minutes_a_week integer not null,
  languages text[] not null,
  gender text not null,
  tags text[] not null,
  wished_tags text[] not null,
  works_as text not null,
  rate_pence integer not null,
  words text not null,
  open boolean not null,
  version bigint not null,
  changed_at timestamptz not null,
  changed_by text not null
);

create table current_member (
  person uuid primary key,
  until timestamptz
);

create table credential_rule (
  kind text primary key,
  gates text[] not null
);

create table held_credential (
  id uuid primary key,
  person uuid not null,
  kind text not null,
  expires_on date
);
create index held_credential_by_person on held_credential (person);
"""


# Every member finds the open offer of a member, and so does who acts for a member in the scope `team`; what somebody looks for is read by
# them alone.
OPEN_OFFERS = """
create policy giving_support_open on giving_support for select
  using (open
    and exists (select from current_member as giver
      where giver.person = giving_support.person and (giver.until is null or giver.until > NOW))
    and exists (select from current_member as reader
      where OWN_READER and (reader.until is null or reader.until > NOW)));
""".replace("NOW", NOW).replace("OWN_READER", OWN.replace("ROWS", "reader"))
SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_own on {table} using {OWN.replace("ROWS", table)};
"""
    for table in ("getting_support", "giving_support")
)


def upgrade() -> None:
    op.execute(
        CREATE_SHARED_TABLES
        + ADD_READS_IN_FULL
        + PREPARE_SEALING
        + ADD_HELPED_BY
        + ADD_LAST_LOST
        + CREATE_WORN_HAT
        + CREATE_ACTING_RIGHTS
        + CREATE_ERASURE_TABLES
    )
    op.execute(TABLES)
    op.execute(SECURITY + OPEN_OFFERS)
    op.execute(revoke_run_role_rights("kith_matching_run") + grant_audit_numbers("kith_matching_run"))
    op.execute(allow_erasure("kith_matching_run") + allow_erasure_of_help("kith_matching_run"))
