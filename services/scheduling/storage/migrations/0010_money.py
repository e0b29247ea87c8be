"""The money of a week: who pays, how workers work, closed pay periods; what is travelled for a visit; and free activities."""

from alembic import op

revision = "0010_money"
down_revision = "0009_calendars"
branch_labels = None
depends_on = None

# Shares are exact fractions, as text: 7/40. Pence of what is taken back are negative.
TABLES = """
alter table visit_record_entry add column travel integer not null default 0 check (travel between 0 and 1440);
alter table visit_record_entry add column waiting integer not null default 0 check (waiting between 0 and 1440);

create table payer (
  id uuid primary key,
  kind text not null,
  organisation text not null check (length(organisation) <= 200),
  address text not null check (length(address) <= 500)
);

create table funding_plan (
  id uuid primary key,
  person uuid not null,
  first_day date not null,
  last_day date check (first_day <= last_day),
  state text not null,
  proposed_by uuid not null,
  proposed_at timestamptz not null,
  answered_by uuid,
  answered_at timestamptz
);
create index funding_plan_by_person on funding_plan (person, first_day);

create table funding_line (
  plan uuid not null references funding_plan on delete cascade,
  place integer not null,
  person uuid not null,
  payer uuid not null,
  share text not null,
  budget_pence bigint not null check (budget_pence >= 0),
  budget_span text,
  primary key (plan, place)
);
create index funding_line_by_person on funding_line (person);
create index funding_line_by_payer on funding_line (payer);

create table engagement (
  id uuid primary key,
  worker uuid not null,
  kind text not null,
  rate integer not null check (rate >= 0),
  wage integer not null check (wage >= 0),
  first_day date not null,
  last_day date check (first_day <= last_day),
  state text not null,
  proposed_by uuid not null,
  proposed_at timestamptz not null,
  answered_by uuid,
  answered_at timestamptz
);
create index engagement_by_worker on engagement (worker, first_day);

create table money_rule (
  since timestamptz primary key,
  rulebook_hash text not null,
  payer_adds text,
  worker_gives text,
  below_floor_with_reason boolean not null,
  fewest_in_line integer not null
);

create table pay_floor (
  since timestamptz not null,
  first_day date not null,
  pence_an_hour integer not null,
  primary key (since, first_day)
);

create table pay_period (
  id uuid primary key,
  first_day date not null unique,
  last_day date not null check (first_day <= last_day),
  closed_at timestamptz not null,
  closed_by uuid not null,
  fewest_in_line integer not null,
  visits integer not null,
  persons integer not null,
  workers integer not null,
  travellers integer not null,
  price bigint not null,
  care_pay bigint not null,
  travel_pay bigint not null
);

create table settled_visit (
  id uuid primary key,
  period uuid not null references pay_period,
  record uuid not null,
  entry uuid not null,
  visit uuid not null,
  person uuid not null,
  worker uuid not null,
  starts timestamptz not null,
  ends timestamptz not null check (starts < ends),
  travel integer not null,
  waiting integer not null,
  works_as text not null,
  rate integer not null,
  payer_adds text not null,
  worker_gives text not null,
  taken_back boolean not null,
  unique (entry, taken_back)
);
create index settled_visit_by_record on settled_visit (record);
create index settled_visit_by_period on settled_visit (period, worker);
create index settled_visit_by_person on settled_visit (person, starts);
create index settled_visit_by_worker on settled_visit (worker, starts);

create table charge (
  settled uuid not null references settled_visit,
  place integer not null,
  person uuid not null,
  payer uuid not null,
  share text not null,
  pence bigint not null,
  invoice bigint,
  primary key (settled, place)
);
create index charge_by_person on charge (person);
create index charge_by_payer on charge (payer);
create index charge_by_invoice on charge (invoice);

create table earning (
  settled uuid primary key references settled_visit,
  worker uuid not null,
  wage integer not null,
  care_pence bigint not null,
  travel_pence bigint not null,
  floor_an_hour integer not null
);
create index earning_by_worker on earning (worker);

create table invoice (
  number bigint primary key check (number > 0),
  period uuid not null references pay_period,
  payer uuid not null,
  is_credit_note boolean not null,
  pence bigint not null check (pence > 0),
  issued_at timestamptz not null
);
create index invoice_by_period on invoice (period);
create index invoice_by_payer on invoice (payer);

create table below_floor (
  id uuid primary key,
  period uuid not null references pay_period,
  worker uuid not null,
  reason text not null check (length(reason) <= 500)
);
create index below_floor_by_period on below_floor (period);
create index below_floor_by_worker on below_floor (worker);

create table activity (
  id uuid primary key,
  day date not null,
  kind text not null,
  written_by uuid,
  written_at timestamptz not null
);
create index activity_by_day on activity (day, id);
create index activity_by_written_by on activity (written_by);

create table activity_count (
  activity uuid not null references activity on delete cascade,
  member_class text not null,
  came integer not null check (came > 0),
  primary key (activity, member_class)
);
"""

# What stands in WORDS takes the places of the words in capitals. A secretary sees and writes all of it while they wear the hat, and never
# in another person's place.
OFFICE = """
  coalesce(current_setting('kith.system', true), '') <> ''
  or (PRINCIPAL is null and current_setting('kith.hat', true) = 'secretary'
    and exists (select from worn_hat as worn where worn.person = CALLER and worn.hat = 'secretary'))
"""
# The person in COLUMN, and who acts for them in "money".
OF_PERSON = """
  or (PRINCIPAL = COLUMN and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'money' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and COLUMN = CALLER)
"""
OF_WORKER = "or (PRINCIPAL is null and worker = CALLER)"
# Merging two entries of one person is the work of a reaction to identity's events alone.
BY_IDENTITY = "current_setting('kith.system', true) = 'reaction:identity'"
# Who is erased while a confirmed visit waits for its pay period, is erased by the job that waits for that.
RECORDS_ERASED = """
alter policy visit_record_entry_erased on visit_record_entry
  using (current_setting('kith.system', true) in ('reaction:identity', 'job:erase_waiting'))
"""
SEEN_BY = {
    "funding_plan": OFFICE + OF_PERSON.replace("COLUMN", "person"),
    "funding_line": OFFICE + OF_PERSON.replace("COLUMN", "person"),
    "engagement": OFFICE + OF_WORKER,
    "settled_visit": OFFICE + OF_PERSON.replace("COLUMN", "person") + OF_WORKER,
    "charge": OFFICE + OF_PERSON.replace("COLUMN", "person"),
    "earning": OFFICE + OF_WORKER,
    "invoice": OFFICE + OF_PERSON.replace("COLUMN", "payer"),
    "below_floor": OFFICE + OF_WORKER,
}
# What was settled stays as it was: even to a reaction the database gives no more than who is named in it. By table: those columns.
CLOSED = {
    "pay_period": "closed_by",
    "settled_visit": "person, worker",
    "charge": "person, payer",
    "earning": "worker",
    "invoice": "payer",
    "below_floor": "worker",
}
ENABLED = "alter table TABLE enable row level security; alter table TABLE force row level security;"
POLICY = "create policy TABLE_seen on TABLE for KIND (SEEN);"
ADDED = "create policy TABLE_added on TABLE for insert with check (OFFICE);"
WORDS = {
    "OFFICE": OFFICE,
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def _security() -> list[str]:
    """The policies table by table. Everybody may read the days of a period, no more of it: its figures leave by one query."""
    statements = []
    for table, seen in SEEN_BY.items():
        statements.append(ENABLED.replace("TABLE", table))
        kind = "select using" if table in CLOSED else "all using"
        statements.append(POLICY.replace("KIND", kind).replace("TABLE", table).replace("SEEN", seen))
    statements.append(ENABLED.replace("TABLE", "pay_period"))
    statements.append("create policy pay_period_seen on pay_period for select using (true);")
    for table, named in CLOSED.items():
        statements.append(ADDED.replace("TABLE", table))
        statements.append(f"create policy {table}_merged on {table} for update using ({BY_IDENTITY});")
        statements.append(f"revoke update, delete, truncate on {table} from kith_scheduling_run;")
        statements.append(f"grant update ({named}) on {table} to kith_scheduling_run;")
    return [_with_words(statement) for statement in statements]


def _with_words(sql: str) -> str:
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return sql


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RECORDS_ERASED)
    for statement in _security():
        op.execute(statement)
