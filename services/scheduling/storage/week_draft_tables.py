"""Tables of the drafts of weeks, as metadata: what people say of drafts beforehand, a draft, its visits, who would come, and why.

A draft is seen by its planner, a visit of it by the person, a place by the worker. `week_draft_worker` and `week_draft_reason` have a row
for each worker whom the draft looked at, which they alone read; `week_draft_record` is what it was made of, without names.
"""

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text

from libs.database.columns import MOMENT, key, optional, required
from services.scheduling.storage.tables import metadata


def _of_draft() -> ForeignKey:
    return ForeignKey("week_draft.id", ondelete="CASCADE")


def _of_visit() -> ForeignKey:
    return ForeignKey("visit.id", ondelete="CASCADE")


worker_draft_choice = Table(
    "worker_draft_choice",
    metadata,
    key("worker", Uuid),
    optional("wished_minutes", Integer),
    required("free_parts", ARRAY(Text)),
    required("may_change", Boolean),
    required("since", MOMENT),
)

person_draft_choice = Table(
    "person_draft_choice",
    metadata,
    key("person", Uuid),
    required("together", Boolean),
    required("may_change", Boolean),
    required("set_by", Uuid),
    required("since", MOMENT),
)

week_draft = Table(
    "week_draft",
    metadata,
    key("id", Uuid),
    required("planner", Uuid),
    required("together", Boolean),
    required("monday", Date),
    required("state", Text),
    required("seed", BigInteger),
    required("iterations", BigInteger),
    required("started_at", MOMENT),
    required("done", BigInteger),
    required("stop_asked", Boolean),
    required("engine", Text),
    required("inputs_hash", Text),
    Index("week_draft_by_planner", "planner", "monday"),
    Index("week_draft_by_monday", "monday"),
    # A planner has one draft of a week that something can still become of.
    Index(
        "week_draft_live",
        "planner",
        "together",
        "monday",
        unique=True,
        postgresql_where=text("state in ('making', 'draft', 'asked')"),
    ),
)

week_draft_record = Table("week_draft_record", metadata, key("draft", Uuid, _of_draft()), required("record", Text))

week_draft_visit = Table(
    "week_draft_visit",
    metadata,
    key("draft", Uuid, _of_draft()),
    key("visit", Uuid, _of_visit()),
    required("number", Integer),
    required("planner", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("workers", Integer),
    required("version", BigInteger),
    required("answer", Text),
    required("published", Boolean),
    Index("week_draft_visit_by_visit", "visit"),
    Index("week_draft_visit_by_person", "person"),
)

week_draft_place = Table(
    "week_draft_place",
    metadata,
    key("draft", Uuid, _of_draft()),
    key("visit", Uuid, _of_visit()),
    key("worker", Uuid),
    required("planner", Uuid),
    required("person", Uuid),
    required("kind", Text),
    required("answer", Text),
    optional("answered_at", MOMENT),
    Index("week_draft_place_by_visit", "visit"),
    Index("week_draft_place_by_worker", "worker"),
    Index("week_draft_place_by_person", "person"),
)

week_draft_worker = Table(
    "week_draft_worker",
    metadata,
    key("draft", Uuid, _of_draft()),
    key("worker", Uuid),
    required("number", Integer),
    Index("week_draft_worker_by_worker", "worker"),
)

week_draft_reason = Table(
    "week_draft_reason",
    metadata,
    key("draft", Uuid, _of_draft()),
    key("visit", Uuid, _of_visit()),
    key("worker", Uuid),
    required("reason", Text),
    required("points", ARRAY(Text)),
    Index("week_draft_reason_by_visit", "visit"),
    Index("week_draft_reason_by_worker", "worker"),
)
