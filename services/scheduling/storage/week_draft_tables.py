"""Tables of the drafts of weeks, as metadata: what people say of drafts beforehand, a draft, its visits, who would come, and why.

A draft is seen by its planner, a visit of it by the person, a place by the worker. `week_draft_worker` and `week_draft_reason` have a row
for each worker whom the draft looked at, which they alone read; `week_draft_record` is what it was made of, without names.
"""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text, true

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
    required("district", Text, server_default=""),
    optional("goes", Text),
)

person_draft_choice = Table(
    "person_draft_choice",
    metadata,
    key("person", Uuid),
    required("together", Boolean),
    required("may_change", Boolean),
    required("set_by", Uuid),
    required("since", MOMENT),
    required("district", Text, server_default=""),
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
    optional("absent", Uuid),
    required("rulebook_hash", Text, server_default=""),
    required("visits_without_way", Integer, server_default="0"),
    required("workers_without_way", Integer, server_default="0"),
    Index("week_draft_by_absent", "absent"),
    Index("week_draft_by_planner", "planner", "monday"),
    Index("week_draft_by_monday", "monday"),
    # A planner has one draft of a week that something can still become of, and one more without each worker.
    Index(
        "week_draft_live",
        "planner",
        "together",
        "monday",
        unique=True,
        postgresql_where=text("state in ('making', 'draft', 'asked') and absent is null"),
    ),
    Index(
        "week_draft_live_without",
        "planner",
        "together",
        "monday",
        "absent",
        unique=True,
        postgresql_where=text("state in ('making', 'draft', 'asked') and absent is not null"),
    ),
)

week_draft_record = Table("week_draft_record", metadata, key("draft", Uuid, _of_draft()), required("record", Text))

draft_rule = Table(
    "draft_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("hat", Text),
    required("rulebook_hash", Text),
    *(
        required(part, Integer)
        for part in ("nobody", "travel", "new_face", "not_preferred", "short_of_wish", "over_wish", "fairness", "change")
    ),
)

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
    required("chosen", Boolean, server_default="false"),
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
