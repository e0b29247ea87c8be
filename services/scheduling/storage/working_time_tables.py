"""Scheduling's tables of working time: part of the metadata in `tables.py`.

`working_time_rule` is a projection of governance's events: the figures of the rulebook in force. `opt_out` says from when until when the
average week does not bind a worker: the worker says so, and a secretary reads it. `rest_reason_rule` has the reasons that the rulebook
knows for passing a rule, `rest_reason` with which of them a worker took a visit: seen as an opt-out is.
"""

from sqlalchemy import ARRAY, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, true

from libs.database.columns import MOMENT, key, optional, required
from services.scheduling.storage.tables import metadata

REST_FIGURES = ("daily_rest", "weekly_rest", "break_after", "shortest_break", "night_starts", "night_ends")
FIGURES = (*("average_week", "night_average", "night_counts_from", "young_day", "young_week", "averaged_weeks", "opt_out_notice_days"),)

working_time_rule = Table(
    "working_time_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    *(required(f"{age}_{figure}", Integer) for age in ("adult", "young") for figure in REST_FIGURES),
    *(required(figure, Integer) for figure in FIGURES),
)

rest_reason_rule = Table(
    "rest_reason_rule",
    metadata,
    key("key", Text),
    required("position", Integer),
    required("passes", ARRAY(Text)),
)

rest_reason = Table(
    "rest_reason",
    metadata,
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True),
    key("worker", Uuid),
    required("reason", Text),
    required("rules", ARRAY(Text)),
    required("said_at", MOMENT),
    Index("rest_reason_by_worker", "worker"),
)

opt_out = Table(
    "opt_out",
    metadata,
    key("id", Uuid),
    required("worker", Uuid),
    required("first_day", Date),
    optional("last_day", Date),
    required("said_at", MOMENT),
    optional("ended_at", MOMENT),
    Index("opt_out_by_worker", "worker", "first_day"),
    Index("opt_out_by_day", "first_day", "id"),
)
