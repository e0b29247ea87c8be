"""Scheduling's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

A visit of a series has the `series_day` that it was made for: the unique index lets none be made twice, whatever became of the first.
That no worker is in two places at once is an exclusion constraint of `visit_place`, in the migration alone: the metadata has no word for
a range over ids. `team` and `team_member` are projections of matching's events, `merged_person` and `held_credential` of identity's, and
`credential_rule`, `visit_rule`, `cover_rule`, `watch_rule` and `draft_rule` of governance's, `deceased_person` of membership's.
`uncleared` has the workers whose credentials are to be looked at again. Two teams whose owners turned out to be one person are one: every
other table names the `main` of them, the oldest. A member's `entry` is the one that the event named, `person` the one in use; `joined_at`
is when they joined, and stands with each visit that they took as that member. What is in `away` and `week_confirmation` the worker alone
sees, what is in `swap` the two workers; `asked_worker` is seen with the visit. `watch_pulse` says when it was last looked who is to be
told, `raised_at` what is late or missed, `watch_gap` when nobody was told. Drafts of weeks are in `week_draft_tables.py`, visits that two
share in `sharing_tables.py`.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
    true,
)

from libs.access import held_credentials, merged_persons
from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

visit_series = Table(
    "visit_series",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("rule", Text),
    required("zone", Text),
    required("first_day", Date),
    optional("last_day", Date),
    required("start", Integer),
    required("minutes", Integer),
    required("workers", Integer),
    required("state", Text),
    required("proposed_by", Uuid),
    optional("agreed_by", Uuid),
    optional("replaces", Uuid),
    optional("planned_until", Date),
    required("version", BigInteger),
    Index("visit_series_by_person", "person", "id"),
    Index("visit_series_by_team", "team", "id"),
)

standing_place = Table(
    "standing_place",
    metadata,
    Column("series", Uuid, ForeignKey("visit_series.id", ondelete="CASCADE"), primary_key=True),
    key("worker", Uuid),
    required("since", Date),
    required("joined_at", MOMENT),
    optional("last_day", Date),
    Index("standing_place_by_worker", "worker"),
)

visit = Table(
    "visit",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("day", Date),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("workers", Integer),
    required("state", Text),
    required("proposed_by", Uuid),
    optional("agreed_by", Uuid),
    optional("other_day", Date),
    optional("other_starts", MOMENT),
    optional("other_ends", MOMENT),
    optional("other_proposed_by", Uuid),
    required("version", BigInteger),
    Column("series", Uuid, ForeignKey("visit_series.id", ondelete="SET NULL")),
    optional("series_day", Date),
    Index("visit_by_person", "person", "starts", "id"),
    Index("visit_by_team", "team", "starts", "id"),
    Index("visit_by_end", "ends"),
    Index("visit_of_series", "series", "series_day", unique=True),
)

visit_place = Table(
    "visit_place",
    metadata,
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True),
    key("worker", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("paid", Boolean),
    required("coming", Boolean),
    required("joined_at", MOMENT),
    required("taken_at", MOMENT),
    optional("given_back_at", MOMENT),
    Index("visit_place_by_worker", "worker", "starts"),
    Index("visit_place_by_person", "person", "starts"),
    Index("visit_place_by_end", "ends"),
)

team = Table(
    "team",
    metadata,
    key("id", Uuid),
    required("owner", Uuid),
    required("main", Uuid),
    Index("team_by_owner", "owner"),
)

team_member = Table(
    "team_member",
    metadata,
    key("team", Uuid),
    key("entry", Uuid),
    required("person", Uuid),
    required("kind", Text),
    required("joined_at", MOMENT),
    Index("team_member_by_person", "person"),
)

merged_person = merged_persons.merged_person.to_metadata(metadata)
held_credential = held_credentials.held_credential.to_metadata(metadata)
credential_rule = held_credentials.credential_rule.to_metadata(metadata)

uncleared = Table("uncleared", metadata, key("worker", Uuid))

deceased_person = Table("deceased_person", metadata, key("person", Uuid), required("last_day", Date))

away = Table(
    "away",
    metadata,
    key("id", Uuid),
    required("worker", Uuid),
    required("begins", MOMENT),
    optional("ends", MOMENT),
    Index("away_by_worker", "worker", "begins", "id"),
    Index("away_by_end", "ends"),
)

swap = Table(
    "swap",
    metadata,
    key("id", Uuid),
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE"), nullable=False),
    required("version", BigInteger),
    Column("return_visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    optional("return_version", BigInteger),
    required("from_worker", Uuid),
    required("to_worker", Uuid),
    required("state", Text),
    required("offered_at", MOMENT),
    required("expires_at", MOMENT),
    optional("answered_at", MOMENT),
    Index("swap_by_visit", "visit"),
    Index("swap_by_return_visit", "return_visit"),
    Index("swap_by_from_worker", "from_worker", "offered_at"),
    Index("swap_by_to_worker", "to_worker", "offered_at"),
)

asked_worker = Table(
    "asked_worker",
    metadata,
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True),
    key("worker", Uuid),
    required("starts", MOMENT),
    required("asked_by", Uuid),
    required("asked_at", MOMENT),
    Index("asked_worker_by_worker", "worker"),
    Index("asked_worker_by_asked_by", "asked_by"),
)

week_confirmation = Table(
    "week_confirmation",
    metadata,
    key("worker", Uuid),
    key("monday", Date),
    required("fingerprint", Text),
    required("confirmed_at", MOMENT),
    Index("week_confirmation_by_monday", "monday"),
)

_IS_UNSETTLED = text("state in ('written', 'stood_by', 'disputed')")

visit_record = Table(
    "visit_record",
    metadata,
    key("id", Uuid),
    required("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    required("person", Uuid),
    required("worker", Uuid),
    required("state", Text),
    required("version", BigInteger),
    optional("entry", Uuid),
    optional("confirmed", Uuid),
    optional("timer_at", MOMENT),
    required("asks_person", Boolean),
    optional("disputed_for", Uuid),
    Index("visit_record_by_visit", "visit"),
    Index("visit_record_by_person", "person"),
    Index("visit_record_by_worker", "worker"),
    Index("visit_record_unsettled_by_person", "person", postgresql_where=_IS_UNSETTLED),
    Index("visit_record_unsettled_by_worker", "worker", postgresql_where=_IS_UNSETTLED),
    Index("visit_record_by_timer", "timer_at", postgresql_where=text("timer_at is not null")),
)

# Append-only: the run role can change nothing that was said. What was said for who shared the visit is emptied when they are erased.
visit_record_entry = Table(
    "visit_record_entry",
    metadata,
    key("id", Uuid),
    required("record", Uuid, ForeignKey("visit_record.id", ondelete="CASCADE")),
    required("person", Uuid),
    required("worker", Uuid),
    required("number", BigInteger),
    required("kind", Text),
    optional("said_by", Uuid),
    required("said_at", MOMENT),
    optional("starts", MOMENT),
    optional("ends", MOMENT),
    required("note", Text),
    optional("about", Uuid),
    required("travel", Integer, server_default=text("0")),
    required("waiting", Integer, server_default=text("0")),
    optional("said_for", Uuid),
    UniqueConstraint("record", "number"),
    Index("visit_record_entry_by_person", "person"),
    Index("visit_record_entry_by_worker", "worker"),
    Index("visit_record_entry_by_said_for", "said_for"),
)

timed_confirmation = Table("timed_confirmation", metadata, key("person", Uuid), required("set_by", Uuid), required("since", MOMENT))

calendar = Table(
    "calendar",
    metadata,
    key("person", Uuid),
    Column("key", Text, nullable=False, unique=True),
    required("opened_at", MOMENT),
)

cover = Table(
    "cover",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("worker", Uuid),
    required("left_at", MOMENT),
    required("until", MOMENT),
    required("visits", ARRAY(Uuid)),
    optional("settled_at", MOMENT),
    required("how", Text),
    UniqueConstraint("person", "worker", "left_at"),
    Index("cover_by_worker", "worker"),
    Index("cover_open", "person", postgresql_where=text("settled_at is null")),
)

cover_rule = Table(
    "cover_rule", metadata, Column("only_one", Boolean, primary_key=True, server_default=true()), required("cover_days", Integer)
)

visit_rule = Table(
    "visit_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("confirm_after_days", Integer),
    required("day_sheet_hour", Integer),
)

watch_duty = Table(
    "watch_duty",
    metadata,
    key("id", Uuid),
    required("holder", Uuid),
    required("rank", Integer),
    required("begins", MOMENT),
    optional("ends", MOMENT),
    required("state", Text),
    required("asked_by", Uuid),
    required("asked_at", MOMENT),
    optional("answered_at", MOMENT),
    optional("ended_at", MOMENT),
    Index("watch_duty_by_holder", "holder"),
    Index("watch_duty_by_state", "state", "rank"),
)

watch_choice = Table(
    "watch_choice",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    Column("series", Uuid, ForeignKey("visit_series.id", ondelete="CASCADE")),
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    required("watched", Boolean),
    required("set_by", Uuid),
    required("since", MOMENT),
    Index("watch_choice_of_person", "person", unique=True, postgresql_where=text("series is null and visit is null")),
    Index("watch_choice_of_series", "series", unique=True),
    Index("watch_choice_of_visit", "visit", unique=True),
)

watch_alert = Table(
    "watch_alert",
    metadata,
    key("id", Uuid),
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE"), nullable=False),
    required("person", Uuid),
    optional("worker", Uuid),
    required("kind", Text),
    required("state", Text),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("opened_at", MOMENT),
    required("round", Integer),
    optional("next_at", MOMENT),
    optional("told_last", Uuid),
    optional("taken_by", Uuid),
    optional("missed_at", MOMENT),
    required("version", BigInteger),
    Index("watch_alert_by_visit", "visit"),
    Index("watch_alert_by_person", "person"),
    Index("watch_alert_by_worker", "worker"),
    Index("watch_alert_by_next", "next_at", postgresql_where=text("next_at is not null")),
)

# Append-only: the run role can change nothing of who was told when.
watch_step = Table(
    "watch_step",
    metadata,
    key("id", Uuid),
    Column("alert", Uuid, ForeignKey("watch_alert.id", ondelete="CASCADE"), nullable=False),
    required("number", BigInteger),
    required("round", Integer),
    required("kind", Text),
    optional("who", Uuid),
    required("at", MOMENT),
    optional("comes_at", MOMENT),
    required("words", Text),
    UniqueConstraint("alert", "number"),
    Index("watch_step_told_once", "alert", "round", "who", unique=True, postgresql_where=text("kind in ('told', 'told_secretary')")),
    Index("watch_step_by_who", "who"),
)

watch_rule = Table(
    "watch_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("late_after", Integer),
    required("next_after", Integer),
    required("lone_after", Integer),
    required("lone_always", Boolean),
)

watch_pulse = Table(
    "watch_pulse",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    optional("at", MOMENT),
    optional("raised_at", MOMENT),
)

watch_gap = Table("watch_gap", metadata, key("begins", MOMENT), required("ends", MOMENT), Index("watch_gap_by_end", "ends"))
