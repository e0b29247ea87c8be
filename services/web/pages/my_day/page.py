"""A worker's day on their phone: the visits of today and tomorrow, starting one and writing it down, also without signal.

With `static/today.js` each card has a form that works without signal; without it the card has the links of every other page.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.enums import VisitRecordState
from libs.rpc.enums import known_word
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.distances.distance_words import DistanceLine, load_lines
from services.web.pages.visits.task_words import ToDo, load_tasks
from services.web.pages.visits.visit_words import VisitRow, people_of, visit_row

PATH, FORM, WORKER_PATH = "/today", "today", "/today-worker.js"
_MOST = 50
_WHOSE = "x-kith-whose"
_SOON = timedelta(hours=1)


@dataclass(frozen=True)
class DayVisit:
    """`planned` is when it starts by its plan, `start` what is suggested. `can_start` and `can_write` say what nothing stands against yet;
    `done` is how far the record is after that, in words.
    """

    row: VisitRow
    label: str
    planned: str
    start: str
    end: str
    can_start: bool
    can_write: bool
    done: Markup
    to_do: ToDo
    distances: Sequence[DistanceLine]


async def show(ctx: PageContext) -> Response:
    """Those that a worker goes to: of today, with one from yesterday that still goes on, and of tomorrow."""
    # After eleven at night the first visits of tomorrow are near.
    today = ctx.local_day(ctx.now + _SOON)
    found = await list_of_day(ctx)
    names = await ctx.person_names(people_of(found))
    rows = {visit.visit_id: visit_row(ctx, visit, names, is_taken=True) for visit in found}
    of_today = [visit for visit in found if ctx.local_day(utc_datetime(visit.starts_at)) <= today]
    own_records = await asyncio.gather(*(_record(ctx, visit) for visit in of_today))
    to_do = await asyncio.gather(*(load_tasks(ctx, visit=visit.visit_id) for visit in of_today))
    distances = await load_lines(ctx, [visit.visit_id for visit in of_today])
    days = zip(of_today, own_records, to_do, strict=True)
    response = ctx.render_with_script(
        "my_day/today",
        "today.js",
        WORKER_PATH,
        day_said=ctx.format_day(ctx.local_day().isoformat()),
        of_today=[
            _day_visit(ctx, visit, rows[visit.visit_id], record, tasks, distances.get(visit.visit_id, ())) for visit, record, tasks in days
        ],
        tomorrow=[row for row in rows.values() if row.day > today.isoformat()],
        now=ctx.now,
        zone=ctx.state.co_op.zone.key,
        whose="own" if _is_own_phone(ctx) else "shared",
        done="sent" if ctx.query_param("done") == "sent" else "",
    )
    return keepable(ctx, response)


def keepable(ctx: PageContext, response: Response) -> Response:
    """On a person's own phone the page says whose it is: without that, its service worker keeps nothing."""
    if _is_own_phone(ctx):
        response.headers[_WHOSE] = ctx.state.form_owners.mark(ctx.form_person)
    return response


def _is_own_phone(ctx: PageContext) -> bool:
    session = ctx.session.identity if ctx.session else None
    return session is not None and ctx.device == "own" and not session.is_shared and not session.helped_by


async def list_of_day(ctx: PageContext) -> Sequence[visits.Visit]:
    """Visits of today and tomorrow to which the person goes, and one of yesterday that still goes on."""
    begin = datetime.combine(ctx.local_day() - timedelta(days=1), time(), ctx.state.co_op.zone)
    request = visits.ListVisitsRequest(person_id=ctx.person_id, giving=True, page_size=_MOST)
    request.begin.FromDatetime(begin)
    request.end.FromDatetime(datetime.combine(ctx.local_day() + timedelta(days=2), time(), ctx.state.co_op.zone))
    found: visits.ListVisitsResponse = await ctx.call(ctx.state.services.visits.ListVisits, request)
    return [
        visit
        for visit in found.visits
        if ctx.local_day(utc_datetime(visit.starts_at)) >= ctx.local_day() or utc_datetime(visit.ends_at) > ctx.now
    ]


async def _record(ctx: PageContext, visit: visits.Visit) -> records.VisitRecord | None:
    """The person's own."""
    request = records.GetVisitRecordsRequest(visit_id=visit.visit_id)
    found: records.GetVisitRecordsResponse = await ctx.call(ctx.state.services.visit_records.GetVisitRecords, request)
    return next((record for record in found.records if record.worker_id == ctx.person_id), None)


def _day_visit(
    ctx: PageContext,
    visit: visits.Visit,
    row: VisitRow,
    record: records.VisitRecord | None,
    to_do: ToDo,
    distances: Sequence[DistanceLine],
) -> DayVisit:
    zone, state = ctx.state.co_op.zone, known_word(records.VisitRecordState, VisitRecordState, record.state, None) if record else None
    planned, end = (f"{utc_datetime(moment).astimezone(zone):%H:%M}" for moment in (visit.starts_at, visit.ends_at))
    start = planned
    if record and state is VisitRecordState.STARTED:
        start = f"{utc_datetime(record.entries[0].starts_at).astimezone(zone):%H:%M}"
    return DayVisit(
        row,
        f"{row.name}, {row.times}",
        planned,
        start,
        end,
        can_start=record is None,
        can_write=record is None or state is VisitRecordState.STARTED,
        done=ctx.say(f"visit_record_is.{state.value}_worker", person=row.name, worker="") if state else Markup(),
        to_do=to_do,
        distances=distances,
    )


PAGE = Page(PATH, show)
