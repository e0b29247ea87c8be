"""The watch over visits that do not start and over workers who are alone: who holds it, which visits, and who was told when."""

from alembic import op

revision = "0012_watch"
down_revision = "0011_covers"
branch_labels = None
depends_on = None

TABLES = """
create table watch_duty (
  id uuid primary key,
  holder uuid not null,
  rank integer not null check (rank between 1 and 9),
  begins timestamptz not null,
  ends timestamptz,
  state text not null,
  asked_by uuid not null,
  asked_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  check (begins < ends)
);
create index watch_duty_by_holder on watch_duty (holder);
create index watch_duty_by_state on watch_duty (state, rank);

create table watch_choice (
  id uuid primary key,
  person uuid not null,
  series uuid references visit_series on delete cascade,
  visit uuid references visit on delete cascade,
  watched boolean not null,
  set_by uuid not null,
  since timestamptz not null,
  check (series is null or visit is null)
);
create unique index watch_choice_of_person on watch_choice (person) where series is null and visit is null;
create unique index watch_choice_of_series on watch_choice (series);
create unique index watch_choice_of_visit on watch_choice (visit);

create table watch_alert (
  id uuid primary key,
  visit uuid not null references visit on delete cascade,
  person uuid not null,
  worker uuid,
  kind text not null,
  state text not null,
  starts timestamptz not null,
  ends timestamptz not null,
  opened_at timestamptz not null,
  round integer not null,
  next_at timestamptz,
  told_last uuid,
  taken_by uuid,
  missed_at timestamptz,
  version bigint not null
);
create index watch_alert_by_visit on watch_alert (visit);
create index watch_alert_by_person on watch_alert (person);
create index watch_alert_by_worker on watch_alert (worker);
create index watch_alert_by_next on watch_alert (next_at) where next_at is not null;

create table watch_step (
  id uuid primary key,
  alert uuid not null references watch_alert on delete cascade,
  number bigint not null,
  round integer not null,
  kind text not null,
  who uuid,
  at timestamptz not null,
  comes_at timestamptz,
  words text not null check (length(words) <= 2000),
  unique (alert, number)
);
create unique index watch_step_told_once on watch_step (alert, round, who) where kind in ('told', 'told_secretary');
create index watch_step_by_who on watch_step (who);

create table watch_rule (
  only_one boolean primary key default true check (only_one),
  late_after integer not null,
  next_after integer not null,
  lone_after integer not null,
  lone_always boolean not null
);
create table watch_pulse (
  only_one boolean primary key default true check (only_one),
  at timestamptz,
  raised_at timestamptz
);
create table watch_gap (
  begins timestamptz primary key,
  ends timestamptz not null,
  check (begins < ends)
);
create index watch_gap_by_end on watch_gap (ends);
"""

# What stands in WORDS takes the places of the words in capitals.
SYSTEM = "coalesce(current_setting('kith.system', true), '') <> ''"
OF_PERSON = """
  (PRINCIPAL = person and exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = PRINCIPAL and acting.scope = 'team' and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at)))
  or (PRINCIPAL is null and person = CALLER)
"""
IS_SECRETARY = """PRINCIPAL is null and current_setting('kith.hat', true) = 'secretary'
  and exists (select from worn_hat where worn_hat.person = CALLER and worn_hat.hat = 'secretary')"""
IS_CLOSE = """CALLER = person or exists (select from acting_right as acting where acting.holder = CALLER
    and acting.subject = person and acting.valid_from <= NOW
    and (acting.valid_until is null or NOW < acting.valid_until) and (acting.ended_at is null or NOW < acting.ended_at))"""
# An alert of somebody who is alone may be about the one they are with: it is never shown to the person, nor to who acts for them, also when
# they hold the watch or are secretaries. Who else holds it sees what is to be looked after, and what they were told last or have taken.
ALERT_SEEN = """SYSTEM
  or (kind = 'arrival' and (OF_PERSON))
  or (PRINCIPAL is null and worker = CALLER)
  or ((kind = 'arrival' or not (IS_CLOSE)) and (
    (PRINCIPAL is null and (told_last = CALLER or taken_by = CALLER))
    or (state in ('open', 'taken') and ((IS_SECRETARY) or (PRINCIPAL is null and exists (select from watch_duty as duty
      where duty.holder = CALLER and duty.state = 'held' and duty.begins <= NOW and (duty.ends is null or NOW < duty.ends)))))))
"""
STEP_SEEN = "SYSTEM or exists (select from watch_alert as of_alert where of_alert.id = watch_step.alert)"
# Merging two entries of one person, and erasing them, is the work of reactions to identity's events alone, or of the job that has to wait
# before it erases.
BY_IDENTITY = "current_setting('kith.system', true) = 'reaction:identity'"
ERASING = "current_setting('kith.system', true) in ('reaction:identity', 'job:erase_waiting')"

# Who holds the watch is an office: everybody may know. What happened stays as it happened: even to a reaction the database gives no more
# than who is named in it.
SECURITY = """
alter table watch_duty enable row level security;
alter table watch_duty force row level security;
create policy watch_duty_seen on watch_duty for select using (SYSTEM or CALLER is not null);
create policy watch_duty_asked on watch_duty for insert with check (SYSTEM or (IS_SECRETARY));
create policy watch_duty_changed on watch_duty for update
  using (SYSTEM or (IS_SECRETARY) or (PRINCIPAL is null and holder = CALLER));
create policy watch_duty_erased on watch_duty for delete using (ERASING);

alter table watch_choice enable row level security;
alter table watch_choice force row level security;
create policy watch_choice_own on watch_choice using (SYSTEM or OF_PERSON);

alter table watch_alert enable row level security;
alter table watch_alert force row level security;
create policy watch_alert_seen on watch_alert for select using (ALERT_SEEN);
create policy watch_alert_added on watch_alert for insert with check (SYSTEM or (PRINCIPAL is null and worker = CALLER));
create policy watch_alert_changed on watch_alert for update using (ALERT_SEEN);
create policy watch_alert_erased on watch_alert for delete using (ERASING);

alter table watch_step enable row level security;
alter table watch_step force row level security;
create policy watch_step_seen on watch_step for select using (STEP_SEEN);
create policy watch_step_added on watch_step for insert with check (STEP_SEEN);
create policy watch_step_merged on watch_step for update using (BY_IDENTITY);
create policy watch_step_erased on watch_step for delete using (ERASING);
revoke update, truncate on watch_step from kith_scheduling_run;
grant update (who) on watch_step to kith_scheduling_run;
revoke truncate on watch_alert from kith_scheduling_run;
revoke update, delete, truncate on watch_gap from kith_scheduling_run;
"""
WORDS = {
    "ALERT_SEEN": ALERT_SEEN,
    "STEP_SEEN": STEP_SEEN,
    "IS_SECRETARY": IS_SECRETARY,
    "OF_PERSON": OF_PERSON,
    "IS_CLOSE": IS_CLOSE,
    "BY_IDENTITY": BY_IDENTITY,
    "ERASING": ERASING,
    "SYSTEM": SYSTEM,
    "PRINCIPAL": "nullif(current_setting('kith.acting_for', true), '')::uuid",
    "CALLER": "nullif(current_setting('kith.caller', true), '')::uuid",
    "NOW": "nullif(current_setting('kith.now', true), '')::timestamptz",
}


def upgrade() -> None:
    sql = SECURITY
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    op.execute(TABLES)
    op.execute(sql)
