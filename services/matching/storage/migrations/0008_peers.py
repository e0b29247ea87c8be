"""Peers and neighbours: their posts, what they said no to in private, and their pairs; introductions of a kind of their own."""

from alembic import op

revision = "0008_peers"
down_revision = "0007_quotes"
branch_labels = None
depends_on = None

# Two peers stand in the order of their ids, so that both directions are one. The default of the kind is for a version that still runs.
TABLES = """
alter table introduction add column kind text not null default 'support';
alter table introduction add check (kind <> 'peer' or person < worker);
drop index introduction_live;
create unique index introduction_live on introduction (person, worker, kind) where until is not null;

create table peer_post (
  id uuid primary key,
  person uuid not null,
  side text not null,
  kind text not null,
  words text not null,
  experience text not null,
  place text not null,
  times text not null,
  until_day date not null,
  written_at timestamptz not null
);
create index peer_post_by_person on peer_post (person);
create index peer_post_by_day on peer_post (until_day);

create table peer_no (
  chooser uuid not null,
  other uuid not null,
  kind text not null,
  at timestamptz not null,
  primary key (chooser, other)
);
create index peer_no_by_other on peer_no (other);

create table peer_pair (
  id uuid primary key,
  first uuid not null,
  second uuid not null,
  paired_at timestamptz not null,
  talk_asked_at timestamptz,
  talk_asked_by uuid,
  unique (first, second),
  check (first < second)
);
create index peer_pair_by_second on peer_pair (second);
"""

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
# As in 0002, for the kind that may be done for somebody: the person themselves, and who acts for them in the scope `team`.
SUPPORT = f"""(introduction.kind = 'support' and (
  ({PRINCIPAL} is null and introduction.person = {CALLER})
  or introduction.worker = {CALLER}
  or ({PRINCIPAL} = introduction.person and exists (select from acting_right as acting where acting.holder = {CALLER}
    and acting.subject = {PRINCIPAL} and acting.scope = 'team' and acting.valid_from <= {NOW}
    and (acting.valid_until is null or {NOW} < acting.valid_until) and (acting.ended_at is null or {NOW} < acting.ended_at)))
))"""


def me(*columns: str) -> str:
    """That one of the columns names the caller, who acts for nobody."""
    return f"({PRINCIPAL} is null and {CALLER} in ({', '.join(columns)}))"


RULES = {
    "peer_post": me("peer_post.person"),
    "peer_no": me("peer_no.chooser"),
    "peer_pair": me("peer_pair.first", "peer_pair.second"),
}
SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_own on {table} using ({SYSTEM} or {rule});
"""
    for table, rule in RULES.items()
)
PEER_INTRODUCTIONS = f"""
drop policy introduction_own on introduction;
create policy introduction_own on introduction using ({SYSTEM} or {SUPPORT}
  or (introduction.kind = 'peer' and {me("introduction.person", "introduction.worker")}));
"""
# A post every member reads. Pairs the Link reads too, and asks both to talk first. Words in capitals take the places of settings.
READERS = (
    """
create policy peer_post_open on peer_post for select
  using (PRINCIPAL is null
    and exists (select from current_member as reader where reader.person = CALLER and (reader.until is null or reader.until > NOW)));
create policy peer_pair_link on peer_pair for select using (PRINCIPAL is null and kith_wears('secretary'));
create policy peer_pair_link_asks on peer_pair for update using (PRINCIPAL is null and kith_wears('secretary'));
""".replace("PRINCIPAL", PRINCIPAL)
    .replace("CALLER", CALLER)
    .replace("NOW", NOW)
)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY + PEER_INTRODUCTIONS + READERS)
