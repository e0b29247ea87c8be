"""Something is wrong between two of a team: how far they have come, what they wrote, and how long its steps are by the rulebook.

And which hat makes somebody the Link, by the rulebook: two may want the Link beside them, and pairs of peers and what was agreed about asks
are open to that hat alone.
"""

from alembic import op

revision = "0012_concerns"
down_revision = "0011_matching_days"
branch_labels = None
depends_on = None

# The two stand in the order of their ids, so that both directions are one; `leaver` is who has left the team since,
# and `set_aside_by` whom the other leaves in peace for a while.
TABLES = """
create table concern_rule (
  only_one boolean primary key default true check (only_one),
  talk_days integer not null,
  facilitated_days integer not null,
  answer_days integer not null,
  cover_days integer not null,
  kept_days integer not null
);

create table concern (
  id uuid primary key,
  team uuid not null,
  owner uuid not null,
  first uuid not null,
  second uuid not null,
  raised_by uuid not null,
  step text not null,
  since timestamptz not null,
  due timestamptz,
  overdue_told_at timestamptz,
  first_named uuid,
  second_named uuid,
  facilitator uuid,
  facilitates_since timestamptz,
  words text not null,
  look_back_on date,
  proposed_by uuid,
  first_yes boolean not null,
  second_yes boolean not null,
  version bigint not null,
  first_well boolean,
  second_well boolean,
  leaver uuid,
  set_aside_by uuid,
  check (first < second)
);
create unique index concern_open on concern (first, second) where due is not null and leaver is null;
create index concern_by_first on concern (first);
create index concern_by_second on concern (second);
create index concern_by_facilitator on concern (facilitator);
create index concern_due on concern (due) where due is not null;

create table concern_note (
  id uuid primary key,
  concern uuid not null references concern on delete cascade,
  author uuid not null,
  for_person uuid,
  words text not null,
  written_at timestamptz not null
);
create index concern_note_by_concern on concern_note (concern, id);
"""

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
# The two; who acts in "my team" for the one whose team it is, if that is one of the two and they are none of the three; and who is asked to
# be beside the two, or is, while they talk. Who is asked is read here: whom both named.
CONCERN = f"""{SYSTEM}
  or ({PRINCIPAL} is null and {CALLER} in (concern.first, concern.second))
  or ({PRINCIPAL} is null and {CALLER} = concern.facilitator)
  or ({PRINCIPAL} = concern.owner and concern.owner in (concern.first, concern.second)
    and {CALLER} not in (concern.first, concern.second) and {CALLER} is distinct from concern.facilitator
    and exists (select from acting_right as acting where acting.holder = {CALLER}
      and acting.subject = {PRINCIPAL} and acting.scope = 'team' and acting.valid_from <= {NOW}
      and (acting.valid_until is null or {NOW} < acting.valid_until) and (acting.ended_at is null or {NOW} < acting.ended_at)))"""
# The inner select sees what CONCERN lets this caller see. Of the two, each reads what is for both; who is beside them reads that from when
# they have said yes too. What was written for them alone its author and they alone read, and nobody who is beside the two after them.
NOTE = f"""{SYSTEM}
  or exists (select from concern where concern.id = concern_note.concern and (
    coalesce({PRINCIPAL}, {CALLER}) = concern_note.author
    or (concern_note.for_person is null and coalesce({PRINCIPAL}, {CALLER}) in (concern.first, concern.second))
    or ({PRINCIPAL} is null and concern.facilitator = {CALLER} and concern.facilitates_since is not null
      and (concern_note.for_person is null or concern_note.for_person = {CALLER}))))"""
SECURITY = f"""
alter table concern enable row level security;
alter table concern force row level security;
create policy concern_seen on concern using ({CONCERN});

alter table concern_note enable row level security;
alter table concern_note force row level security;
create policy concern_note_seen on concern_note using ({NOTE});
revoke update on concern_note from kith_matching_run;
grant update (author, for_person) on concern_note to kith_matching_run;
"""


# Without a rulebook that says otherwise secretaries are the Links.
LINKS = """
alter table matching_rule add column link text not null default 'secretary';
alter policy peer_pair_link on peer_pair using (IS_LINK);
alter policy peer_pair_link_asks on peer_pair using (IS_LINK);
alter policy co_op_ask_reply_link on co_op_ask_reply using (co_op_ask_reply.reference <> '' and IS_LINK);
alter policy received_ask_reply_link on received_ask_reply using (received_ask_reply.reference <> '' and IS_LINK);
""".replace("IS_LINK", "PRINCIPAL is null and kith_wears(coalesce((select rules.link from matching_rule as rules), 'secretary'))").replace(
    "PRINCIPAL", PRINCIPAL
)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY + LINKS)
