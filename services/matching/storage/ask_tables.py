"""Matching's tables of asks between co-ops: part of the metadata in `tables.py`."""

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from libs.database.columns import MOMENT, key, optional, required
from services.matching.storage.tables import metadata

co_op_ask = Table(
    "co_op_ask",
    metadata,
    key("id", Text),
    required("person", Uuid),
    required("co_ops", ARRAY(Text)),
    required("skills", ARRAY(Text)),
    required("languages", ARRAY(Text)),
    required("blocks", ARRAY(Text)),
    required("district", Text),
    required("north", Integer),
    required("east", Integer),
    required("asked_at", MOMENT),
    required("until", MOMENT),
    optional("ended_at", MOMENT),
    Index("co_op_ask_by_person", "person"),
    Index("co_op_ask_until", "until"),
)

co_op_ask_count = Table(
    "co_op_ask_count",
    metadata,
    key("ask", Text, ForeignKey("co_op_ask.id", ondelete="cascade")),
    key("co_op", Text),
    required("person", Uuid),
    required("at_least", Integer),
    Index("co_op_ask_count_by_person", "person"),
)

co_op_ask_reply = Table(
    "co_op_ask_reply",
    metadata,
    key("id", Text),
    required("ask", Text, ForeignKey("co_op_ask.id", ondelete="cascade")),
    required("co_op", Text),
    required("person", Uuid),
    required("came_at", MOMENT),
    optional("answer", Boolean),
    required("reference", Text, server_default=""),
    optional("agreed_at", MOMENT),
    Index("co_op_ask_reply_by_ask", "ask"),
    Index("co_op_ask_reply_by_person", "person"),
)

received_ask = Table(
    "received_ask",
    metadata,
    key("co_op", Text),
    key("id", Text),
    required("skills", ARRAY(Text)),
    required("languages", ARRAY(Text)),
    required("blocks", ARRAY(Text)),
    required("north", Integer),
    required("east", Integer),
    required("until", MOMENT),
    required("at_least", Integer),
    Index("received_ask_until", "until"),
)

told_count = Table("told_count", metadata, key("question", Text), required("at_least", Integer), required("told_at", MOMENT))

received_ask_reply = Table(
    "received_ask_reply",
    metadata,
    key("id", Text),
    required("co_op", Text),
    required("ask", Text),
    required("worker", Uuid),
    required("replied_at", MOMENT),
    required("until", MOMENT),
    required("reference", Text, server_default=""),
    optional("agreed_at", MOMENT),
    Index("received_ask_reply_by_ask", "co_op", "ask"),
    Index("received_ask_reply_by_worker", "worker"),
)
