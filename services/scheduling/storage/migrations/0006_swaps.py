"""When workers are away, whom somebody asked to come, swaps, and confirmed weeks."""

from alembic import op

revision = "0006_swaps"
down_revision = "0005_membership_began"
branch_labels = None
depends_on = None

TABLES = """
create table away (
  id uuid primary key,
  worker uuid not null,
  begins timestamptz not null,
  ends timestamptz,
  check (begins < ends)
);
create index away_by_worker on away (worker, begins, id);
create index away_by_end on away (ends);

create table swap (
  id uuid primary key,
  visit uuid not null references visit on delete cascade,
  version bigint not null,
  return_visit uuid references visit on delete cascade,
  return_version bigint,
  from_worker uuid not null,
  to_worker uuid not null,
  state text not null,
  offered_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  check ((return_visit is null) = (return_version is null)),
  check (visit <> return_visit)
);
create index swap_by_visit on swap (visit);
create index swap_by_return_visit on swap (return_visit);
create index swap_by_from_worker on swap (from_worker, offered_at);
create index swap_by_to_worker on swap (to_worker, offered_at);

create table asked_worker (
  visit uuid not null references visit on delete cascade,
  worker uuid not null,
  starts timestamptz not null,
  asked_by uuid not null,
  asked_at timestamptz not null,
  primary key (visit, worker)
);
create index asked_worker_by_worker on asked_worker (worker);
create index asked_worker_by_asked_by on asked_worker (asked_by);

create table week_confirmation (
  worker uuid not null,
  monday date not null,
  fingerprint text not null,
  confirmed_at timestamptz not null,
  primary key (worker, monday)
);
create index week_confirmation_by_monday on week_confirmation (monday);
"""

# The worker alone sees when they are away and what they confirmed, the two workers what they offer each other: nobody in their place. Who
# sees a visit sees who was asked to come to it, by the policy of `visit`; so do the two of the asking.
SECURITY = "".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_seen on {table} using (coalesce(current_setting('kith.system', true), '') <> '' or {seen});
"""
    for table, seen in {
        "away": "(ACTS is null and worker = CALLER)",
        "week_confirmation": "(ACTS is null and worker = CALLER)",
        "swap": "(ACTS is null and CALLER in (from_worker, to_worker))",
        "asked_worker": "(exists (select from visit as of_visit where of_visit.id = asked_worker.visit)"
        " or (ACTS is null and CALLER in (worker, asked_by)))",
    }.items()
)
CALLER = "nullif(current_setting('kith.caller', true), '')::uuid"
PRINCIPAL = "nullif(current_setting('kith.acting_for', true), '')::uuid"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SECURITY.replace("ACTS", PRINCIPAL).replace("CALLER", CALLER))
