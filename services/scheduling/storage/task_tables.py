"""Tables of what is to be done at visits, as metadata.

A `visit_task_list` is of one visit or of one series, and is never changed: a later one takes its place. It goes with its visit or series.
`task_outcome` is append-only as the entry that it belongs to, and has the words that the task had. `task_grant` is a projection of
matching's events: which guarded kinds of tasks a person has given to whom in their team; `entry` is the one that the event named.
"""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid

from libs.database.columns import MOMENT, key, optional, required
from services.scheduling.storage.tables import metadata

visit_task_list = Table(
    "visit_task_list",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    Column("series", Uuid, ForeignKey("visit_series.id", ondelete="CASCADE")),
    required("set_by", Uuid),
    required("set_at", MOMENT),
    Index("visit_task_list_by_visit", "visit", "set_at"),
    Index("visit_task_list_by_series", "series", "set_at"),
    Index("visit_task_list_by_person", "person"),
)

visit_task = Table(
    "visit_task",
    metadata,
    key("id", Uuid),
    required("list_id", Uuid, ForeignKey("visit_task_list.id", ondelete="CASCADE")),
    required("person", Uuid),
    required("number", Integer),
    required("kind", Text),
    required("words", Text),
    Index("visit_task_by_list", "list_id", "number", unique=True),
    Index("visit_task_by_person", "person"),
)

task_outcome = Table(
    "task_outcome",
    metadata,
    Column("entry", Uuid, ForeignKey("visit_record_entry.id", ondelete="CASCADE"), primary_key=True),
    key("number", Integer),
    required("person", Uuid),
    required("worker", Uuid),
    required("task", Uuid),
    required("kind", Text),
    required("words", Text),
    required("outcome", Text),
    required("reason", Text),
    optional("at", MOMENT),
    Index("task_outcome_by_person", "person"),
    Index("task_outcome_by_worker", "worker"),
)

task_grant = Table(
    "task_grant",
    metadata,
    key("team", Uuid),
    key("entry", Uuid),
    key("kind", Text),
    required("person", Uuid),
    optional("until_day", Date),
    Index("task_grant_by_person", "person"),
)
