"""Partners, who speaks for them, agreements on space and time, referrals, and timelines that nobody changes; how long all is kept.

And which entries of one person were merged: a secretary may still have the one on the page that is no longer used.
"""

from alembic import op

from libs.database.shared_ddl import CREATE_RETENTION_TABLES, keep_disposals

revision = "0009_partners"
down_revision = "0008_peers"
branch_labels = None
depends_on = None

TABLES = """
create table partner_rule (
  only_one boolean primary key default true check (only_one),
  answer_days integer not null
);

create table merged_person (
  person uuid primary key,
  kept uuid not null
);

create table partner (
  id uuid primary key,
  title text not null check (length(title) <= 120),
  kind text not null,
  ended_at timestamptz
);

create table partner_place (
  partner uuid not null references partner,
  person uuid not null,
  given_at timestamptz not null,
  ended_at timestamptz,
  primary key (partner, person)
);
create index partner_place_by_person on partner_place (person);

create table partner_agreement (
  id uuid primary key,
  partner uuid not null references partner,
  given_by text not null,
  space text not null check (length(space) <= 500),
  times text not null check (length(times) <= 500),
  from_day date not null,
  until_day date,
  review_day date not null,
  proposed_side text not null,
  proposed_by uuid,
  proposed_at timestamptz not null,
  signed_at timestamptz,
  ended_at timestamptz,
  check (until_day is null or from_day <= until_day)
);
create index partner_agreement_by_partner on partner_agreement (partner);

create table partner_entry (
  id uuid primary key,
  partner uuid not null references partner,
  kind text not null,
  said_by uuid,
  at timestamptz not null,
  about uuid,
  agreement uuid references partner_agreement
);
create index partner_entry_by_partner on partner_entry (partner);

create table referral (
  id uuid primary key,
  partner uuid not null references partner,
  direction text not null check (direction in ('in', 'out')),
  state text not null,
  person uuid,
  who text not null check (length(who) <= 120),
  reach text not null check (length(reach) <= 300),
  words text not null check (length(words) <= 2000),
  agreed_how text not null check (length(agreed_how) <= 500),
  agreed_on date not null,
  sent_by uuid,
  sent_at timestamptz not null,
  answer_by timestamptz not null,
  accepted_at timestamptz,
  closed_at timestamptz,
  reason text not null check (length(reason) <= 2000),
  outcome text,
  outcome_words text not null check (length(outcome_words) <= 2000),
  tells_outcome boolean not null,
  check (direction = 'out' or agreed_how <> ''),
  check (direction = 'in' or person is not null),
  check (accepted_at is null or person is not null)
);
create index referral_by_partner on referral (partner);
create index referral_by_person on referral (person);
create index referral_by_end on referral (closed_at) where closed_at is not null;

create table referral_entry (
  id uuid primary key,
  referral uuid not null references referral on delete cascade,
  kind text not null,
  said_by uuid,
  at timestamptz not null
);
create index referral_entry_by_referral on referral_entry (referral);
"""

# What stands in WORDS takes the places of the words in capitals. Who speaks for a partner sees that partner alone, and never while they act
# for somebody else; the query leaves out of a referral what the partner is not told.
ME = """((PRINCIPAL is null and COLUMN = CALLER)
  or (PRINCIPAL = COLUMN and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at))))"""
SECRETARY = "(PRINCIPAL is null and kith_wears('secretary'))"
SPEAKS = """(PRINCIPAL is null and exists (select from partner_place as place
  where place.partner = COLUMN and place.person = CALLER and place.ended_at is null))"""
SECURITY = """
alter table partner_place enable row level security;
alter table partner_place force row level security;
create policy partner_place_seen on partner_place for select using (SYSTEM or SECRETARY or (PRINCIPAL is null and person = CALLER));
create policy partner_place_given on partner_place for insert with check (SECRETARY);
create policy partner_place_ended on partner_place for update using (SYSTEM or SECRETARY or (PRINCIPAL is null and person = CALLER))
  with check (SYSTEM or SECRETARY or (person = CALLER and ended_at is not null));
create policy partner_place_erased on partner_place for delete using (SYSTEM);

alter table partner_agreement enable row level security;
alter table partner_agreement force row level security;
create policy partner_agreement_seen on partner_agreement using (SYSTEM or SECRETARY or SPEAKS_FOR_AGREEMENT);
create policy partner_agreement_own on partner_agreement for select using (PRINCIPAL is null and proposed_by = CALLER);

alter table partner_entry enable row level security;
alter table partner_entry force row level security;
create policy partner_entry_seen on partner_entry for select
  using (SYSTEM or SECRETARY or SPEAKS_FOR_ENTRY or (PRINCIPAL is null and CALLER in (said_by, about)));
create policy partner_entry_added on partner_entry for insert with check (PRINCIPAL is null and said_by = CALLER
  and (kith_wears('secretary') or exists (select from partner_place as place
    where place.partner = partner_entry.partner and place.person = CALLER)));
create policy partner_entry_merged on partner_entry for update using (BY_IDENTITY);

alter table referral enable row level security;
alter table referral force row level security;
create policy referral_seen on referral for select using (SIDES);
create policy referral_changed on referral for update using (SIDES);
create policy referral_sent on referral for insert
  with check ((direction = 'in' and person is null and SPEAKS_FOR_REFERRAL) or (direction = 'out' and OF_PERSON));
create policy referral_over on referral for delete using (SYSTEM);

alter table referral_entry enable row level security;
alter table referral_entry force row level security;
create policy referral_entry_seen on referral_entry for select using (SYSTEM or (PRINCIPAL is null and said_by = CALLER)
  or exists (select from referral as seen where seen.id = referral_entry.referral and (
    referral_entry.kind not in ('put', 'closed', 'told_more', 'told_less') or seen.direction = 'out' or OF_SEEN_PERSON or SECRETARY
    or (referral_entry.kind = 'closed' and seen.tells_outcome))));
create policy referral_entry_added on referral_entry for insert
  with check (said_by = CALLER and exists (select from referral as seen where seen.id = referral_entry.referral));
create policy referral_entry_merged on referral_entry for update using (BY_IDENTITY);
"""
# A timeline only grows. An entry about a person goes with the referral, which the key does for the database's owner; a merge and an
# erasure may change who is named in it, and nothing else.
APPEND_ONLY = """
revoke update, delete, truncate on partner_entry, referral_entry from kith_matching_run;
grant update (said_by, about) on partner_entry to kith_matching_run;
grant update (said_by) on referral_entry to kith_matching_run;
revoke delete, truncate on partner, partner_agreement from kith_matching_run;
revoke truncate on partner_place, referral from kith_matching_run;
"""
WORDS = {
    "SIDES": "SYSTEM or OF_PERSON or (direction = 'in' and SECRETARY) or SPEAKS_FOR_REFERRAL",
    "OF_PERSON": ME.replace("COLUMN", "referral.person"),
    "OF_SEEN_PERSON": ME.replace("COLUMN", "seen.person"),
    "SPEAKS_FOR_AGREEMENT": SPEAKS.replace("COLUMN", "partner_agreement.partner"),
    "SPEAKS_FOR_ENTRY": SPEAKS.replace("COLUMN", "partner_entry.partner"),
    "SPEAKS_FOR_REFERRAL": SPEAKS.replace("COLUMN", "referral.partner"),
    "SECRETARY": SECRETARY,
    "SYSTEM": "coalesce(current_setting('kith.system', true), '') <> ''",
    # Merging two entries of one person, and erasing them, is the work of reactions to identity's events alone.
    "BY_IDENTITY": "current_setting('kith.system', true) = 'reaction:identity'",
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def _security() -> str:
    sql = SECURITY
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return sql


def upgrade() -> None:
    op.execute(CREATE_RETENTION_TABLES)
    op.execute(keep_disposals("kith_matching_run"))
    op.execute(TABLES)
    op.execute(_security())
    op.execute(APPEND_ONLY)
