"""Asks between co-ops: those of people here, what came back, those of other co-ops, and who here replied to them."""

from alembic import op

revision = "0010_asks"
down_revision = "0009_partners"
branch_labels = None
depends_on = None

TABLES = """
alter table matching_rule
  add column ask_days integer not null default 28,
  add column ask_least integer not null default 5,
  add column asks_a_day integer not null default 10;

create table co_op_ask (
  id text primary key,
  person uuid not null,
  co_ops text[] not null,
  skills text[] not null,
  languages text[] not null,
  blocks text[] not null,
  district text not null,
  north integer not null,
  east integer not null,
  asked_at timestamptz not null,
  until timestamptz not null,
  ended_at timestamptz
);
create index co_op_ask_by_person on co_op_ask (person);
create index co_op_ask_until on co_op_ask (until);

create table co_op_ask_count (
  ask text not null references co_op_ask (id) on delete cascade,
  co_op text not null,
  person uuid not null,
  at_least integer not null,
  primary key (ask, co_op)
);
create index co_op_ask_count_by_person on co_op_ask_count (person);

create table co_op_ask_reply (
  id text primary key,
  ask text not null references co_op_ask (id) on delete cascade,
  co_op text not null,
  person uuid not null,
  came_at timestamptz not null,
  answer boolean,
  reference text not null default '',
  agreed_at timestamptz,
  check ((reference <> '') = (agreed_at is not null) and (reference = '' or answer))
);
create index co_op_ask_reply_by_ask on co_op_ask_reply (ask);
create index co_op_ask_reply_by_person on co_op_ask_reply (person);

create table received_ask (
  co_op text not null,
  id text not null,
  skills text[] not null,
  languages text[] not null,
  blocks text[] not null,
  north integer not null,
  east integer not null,
  until timestamptz not null,
  at_least integer not null,
  primary key (co_op, id)
);
create index received_ask_until on received_ask (until);

create table told_count (
  question text primary key,
  at_least integer not null,
  told_at timestamptz not null
);

create table received_ask_reply (
  id text primary key,
  co_op text not null,
  ask text not null,
  worker uuid not null,
  replied_at timestamptz not null,
  until timestamptz not null,
  reference text not null default '',
  agreed_at timestamptz,
  check ((reference <> '') = (agreed_at is not null))
);
create index received_ask_reply_by_ask on received_ask_reply (co_op, ask);
create index received_ask_reply_by_worker on received_ask_reply (worker);
revoke truncate on received_ask, told_count from kith_matching_run;
"""

CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"
NOW = "nullif(current_setting('kith.now', true), '')::timestamptz"
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
# The person themselves, and who acts for them in the scope `team`.
ASKER = f"""(
  ({PRINCIPAL} is null and ROWS.person = {CALLER})
  or ({PRINCIPAL} = ROWS.person and exists (select from acting_right as acting where acting.holder = {CALLER}
    and acting.subject = {PRINCIPAL} and acting.scope = 'team' and acting.valid_from <= {NOW}
    and (acting.valid_until is null or {NOW} < acting.valid_until) and (acting.ended_at is null or {NOW} < acting.ended_at)))
)"""
# Who replied speaks for themselves alone.
WORKER = f"({PRINCIPAL} is null and ROWS.worker = {CALLER})"
# What both sides agreed to the Link sees: there is a reference.
LINK = f"(ROWS.reference <> '' and {PRINCIPAL} is null and kith_wears('secretary'))"
RULES = {"co_op_ask": ASKER, "co_op_ask_count": ASKER, "co_op_ask_reply": ASKER, "received_ask_reply": WORKER}


def rules_of(table: str, rule: str) -> str:
    return f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_own on {table} using ({SYSTEM} or {rule});
""".replace("ROWS", table)


def for_link(table: str) -> str:
    return f"create policy {table}_link on {table} for select using {LINK};\n".replace("ROWS", table)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute("".join(rules_of(table, rule) for table, rule in RULES.items()))
    op.execute(for_link("co_op_ask_reply") + for_link("received_ask_reply"))
