"""Who said what, and when: the entries of a record as lines."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1.enums import VisitRecordEntryKind
from libs.rpc.enums import known_word
from services.web.localisation import dates
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.visits.task_words import DoneTask, done_tasks
from services.web.pages.visits.visit_words import times_words


@dataclass(frozen=True)
class RecordLine:
    """`holds`: it is the entry that both confirmed, and no later one."""

    at: datetime
    says: Markup
    note: str
    holds: bool
    tasks: list[DoneTask]


def record_lines(
    ctx: PageContext, record: pb.VisitRecord, names: Mapping[str, PersonName], sharers: Collection[str] = ()
) -> list[RecordLine]:
    """In the order in which they were said. What only a newer version knows is left out. Of `sharers` a yes is one to the times."""
    kinds = [(entry, known_word(pb.VisitRecordEntryKind, VisitRecordEntryKind, entry.kind, None)) for entry in record.entries]
    return [
        RecordLine(
            utc_datetime(entry.at),
            _says(ctx, entry, kind, names, sharers),
            entry.note,
            bool(entry.entry_id) and entry.entry_id == record.confirmed_entry_id,
            done_tasks(ctx, entry.tasks),
        )
        for entry, kind in kinds
        if kind
    ]


def _says(
    ctx: PageContext, entry: pb.VisitRecordEntry, kind: VisitRecordEntryKind, names: Mapping[str, PersonName], sharers: Collection[str]
) -> Markup:
    if kind is VisitRecordEntryKind.CONFIRMED and not entry.by:
        return ctx.say("visit_record_line.timer")
    name = names[entry.by].full
    if kind is VisitRecordEntryKind.CONFIRMED and entry.by in sharers:
        return ctx.say("visit_record_line.confirmed_times", name=name)
    if kind is VisitRecordEntryKind.STARTED:
        return ctx.say("visit_record_line.started", name=name, start=dates.format_hour(utc_datetime(entry.starts_at), ctx.state.co_op.zone))
    if kind is VisitRecordEntryKind.WRITTEN:
        day = ctx.format_day(ctx.local_day(utc_datetime(entry.starts_at)).isoformat())
        says = ctx.say("visit_record_line.written", name=name, day=day, times=times_words(ctx, entry.starts_at, entry.ends_at))
        if not entry.travel_minutes and not entry.waiting_minutes:
            return says
        return says + " " + ctx.say("visit_record_line.beside", travel=entry.travel_minutes, waiting=entry.waiting_minutes)
    return ctx.say(f"visit_record_line.{kind.value}", name=name)
