"""Forms of a visit's record: write or correct it, say what is not right, stand by it."""

from collections.abc import Mapping
from datetime import date, timedelta

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.texts.days import read_day
from services.web.localisation.clock_times import minute_of_day
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormPage, RedirectToPage, choices, version_of
from services.web.pages.visits.task_words import INPUTS, LIST, PREFIXES, fields_of, load_tasks, said_outcomes

_ENDS = ("same", "next")
_SHOWN = ("record", "version")


async def _write_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    visit = await _visit(ctx)
    record = await _find_record(ctx, fields)
    before = _written_before(record) if record else pb.VisitRecordEntry()
    starts = utc_datetime(before.starts_at) if before.HasField("starts_at") else None
    ends = utc_datetime(before.ends_at) if before.HasField("ends_at") else None
    first, last = starts or utc_datetime(visit.starts_at), ends or utc_datetime(visit.ends_at)
    day, zone = ctx.local_day(first), ctx.state.co_op.zone
    to_do = await load_tasks(ctx, visit=visit.visit_id)
    suggested = {
        "day": day.isoformat(),
        "start": f"{first.astimezone(zone):%H:%M}",
        "end": f"{last.astimezone(zone):%H:%M}",
        "ends_on": "next" if ctx.local_day(last) > day else "same",
        "note": before.note,
        "travel": str(before.travel_minutes or ""),
        "waiting": str(before.waiting_minutes or ""),
        **fields_of(ctx, to_do, before.tasks),
    }
    # What was typed stays as it was typed, also where somebody emptied a field.
    shown = fields if fields["version"] else {**fields, **suggested}
    return {
        **_record_values(fields, record),
        "name": (await ctx.person_names([visit.person_id]))[visit.person_id].full,
        "visit": visit.visit_id,
        "fields": shown,
        "to_do": to_do,
        "days": choices(ctx, "visit_record_ends", _ENDS),
        "is_correction": ends is not None,
    }


async def _write(ctx: PageContext, fields: Fields, request_id: str) -> str:
    visit, day = ctx.path_param("visit"), read_day(fields["day"])
    ends_on = day + timedelta(days=1) if day and day < date.max and fields["ends_on"] == "next" else day
    request = pb.RecordVisitRequest(
        request_id=request_id,
        visit_id=visit,
        record_id=fields["record"],
        version=version_of(fields),
        starts=pb.LocalMoment(day=fields["day"], minute=minute_of_day(fields["start"])),
        ends=pb.LocalMoment(day=ends_on.isoformat() if ends_on else fields["day"], minute=minute_of_day(fields["end"])),
        note=fields["note"],
        travel_minutes=whole_number(fields["travel"]),
        waiting_minutes=whole_number(fields["waiting"]),
        task_list_id=fields[LIST],
        tasks=said_outcomes(lambda name: fields.get(name, ""), fields["day"], minute_of_day(fields["start"])),
    )
    await ctx.call(ctx.state.services.visit_records.RecordVisit, request)
    return f"/visits/{visit}?done=record_write"


async def _words_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    visit = await _visit(ctx)
    record = await _find_record(ctx, fields)
    if record is None:
        raise RedirectToPage(f"/visits/{visit.visit_id}")
    names = await ctx.person_names([visit.person_id, record.worker_id])
    return {
        **_record_values(fields, record),
        "name": names[visit.person_id].full,
        "worker": names[record.worker_id].full,
        "visit": visit.visit_id,
    }


async def _dispute(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.DisputeVisitRequest(request_id=request_id, record_id=fields["record"], version=version_of(fields), words=fields["words"])
    await ctx.call(ctx.state.services.visit_records.DisputeVisit, request)
    return f"/visits/{ctx.path_param('visit')}?done=record_dispute"


async def _stand_by(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.StandByVisitRequest(request_id=request_id, record_id=fields["record"], version=version_of(fields), words=fields["words"])
    await ctx.call(ctx.state.services.visit_records.StandByVisit, request)
    return f"/visits/{ctx.path_param('visit')}?done=record_stand_by"


async def _visit(ctx: PageContext) -> visits.Visit:
    request = visits.GetVisitRequest(visit_id=ctx.path_param("visit"))
    found: visits.GetVisitResponse = await ctx.call(ctx.state.services.visits.GetVisit, request)
    return found.visit


async def _find_record(ctx: PageContext, fields: Fields) -> pb.VisitRecord | None:
    """The one that the form or the address names."""
    wanted = fields["record"] or ctx.query_param("record")
    request = pb.GetVisitRecordsRequest(visit_id=ctx.path_param("visit"))
    found: pb.GetVisitRecordsResponse = await ctx.call(ctx.state.services.visit_records.GetVisitRecords, request)
    return next((record for record in found.records if record.record_id == wanted), None)


def _record_values(fields: Fields, record: pb.VisitRecord | None) -> Mapping[str, object]:
    """The version is the one that the form showed first: what was said since then is refused, and read before it is answered."""
    return {"record": record.record_id if record else "", "version": fields["version"] or str(record.version if record else 0)}


def _written_before(record: pb.VisitRecord) -> pb.VisitRecordEntry:
    """The latest entry with times; an empty one where there is none."""
    return next((entry for entry in reversed(record.entries) if entry.HasField("starts_at")), pb.VisitRecordEntry())


def whole_number(typed: str) -> int:
    """A number of minutes; 0 for nothing, -1, which the service refuses, for what is none."""
    return 0 if not typed else int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 4 else -1


WRITE = FormPage(
    "visit-record",
    "visits/record",
    _write_values,
    _write,
    fields=("day", "start", "end", "ends_on", "note", "travel", "waiting", LIST, *_SHOWN),
    prefixes=PREFIXES,
    input_by_field={
        "starts": "start",
        "ends": "end",
        "words": "note",
        "travel_minutes": "travel",
        "waiting_minutes": "waiting",
        **INPUTS,
    },
    max_body=64_000,
)
DISPUTE = FormPage(
    "visit-dispute",
    "visits/record_dispute",
    _words_values,
    _dispute,
    ("words", *_SHOWN),
    input_by_field={"words": "words"},
    max_body=64_000,
)
STAND_BY = FormPage(
    "visit-stand-by",
    "visits/record_stand_by",
    _words_values,
    _stand_by,
    ("words", *_SHOWN),
    input_by_field={"words": "words"},
    max_body=64_000,
)
