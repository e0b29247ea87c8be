"""Scheduling's table of gaps between two visits to a person: part of the metadata in `tables.py`."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid

from libs.database.columns import key, optional, required
from services.scheduling.storage.tables import metadata

visit_gap = Table(
    "visit_gap",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    Column("first_visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    Column("first_series", Uuid, ForeignKey("visit_series.id", ondelete="CASCADE")),
    Column("second_visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    Column("second_series", Uuid, ForeignKey("visit_series.id", ondelete="CASCADE")),
    required("least", Integer),
    optional("most", Integer),
    required("next_day", Boolean),
    required("state", Text),
    required("proposed_by", Uuid),
    optional("agreed_by", Uuid),
    optional("last_day", Date),
    required("version", BigInteger),
    Index("visit_gap_by_person", "person", "id"),
    Index("visit_gap_by_first_visit", "first_visit"),
    Index("visit_gap_by_first_series", "first_series"),
    Index("visit_gap_by_second_visit", "second_visit"),
    Index("visit_gap_by_second_series", "second_series"),
)
