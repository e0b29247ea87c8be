"""A worker's own week: where they go, what they can do about each visit, and that the week is right."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import groupby

from starlette.responses import Response

from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import worker_weeks_pb2 as pb
from libs.texts.days import read_day
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.distances.distance_words import load_lines
from services.web.pages.visits.visit_words import people_of, visit_row

CONFIRM = "worker-week"
_MOST = 200
_WEEKS_AHEAD = 52


async def show(ctx: PageContext) -> Response:
    """This week, or the one of the day in the address, from this week on."""
    this_monday = ctx.local_day() - timedelta(days=ctx.local_day().weekday())
    day = read_day(ctx.query_param("week")) or this_monday
    monday = day - timedelta(days=day.weekday())
    if not this_monday <= monday <= this_monday + timedelta(weeks=_WEEKS_AHEAD):
        monday = this_monday
    # First what is to be confirmed, then what is shown: what changes in between is refused, and never confirmed unseen.
    request = pb.GetWorkerWeekRequest(monday=monday.isoformat())
    week: pb.GetWorkerWeekResponse = await ctx.call(ctx.state.services.worker_weeks.GetWorkerWeek, request)
    taken = await _taken(ctx, datetime.combine(monday, time(), ctx.state.co_op.zone))
    offers: pb.ListSwapsResponse = await ctx.call(ctx.state.services.worker_weeks.ListSwaps, pb.ListSwapsRequest(page_size=_MOST))
    names = await ctx.person_names(people_of(taken))
    rows = [visit_row(ctx, visit, names, is_taken=True) for visit in taken]
    return ctx.render(
        "visits/worker_week",
        days=[(words, list(group)) for words, group in groupby(rows, key=lambda row: row.day_words)],
        distances=await load_lines(ctx, [row.id for row in rows]),
        every_time={visit.visit_id: visit.series_id for visit in taken if visit.series_id in week.standing_series_ids},
        now=ctx.now,
        monday=monday.isoformat(),
        fingerprint=week.fingerprint,
        confirmed_at=ctx.format_moment(utc_datetime(week.confirmed_at)) if week.HasField("confirmed_at") else "",
        changed=week.changed_since,
        first=ctx.format_day(monday.isoformat()),
        last=ctx.format_day((monday + timedelta(days=6)).isoformat()),
        before=f"/week/mine?week={(monday - timedelta(weeks=1)).isoformat()}" if monday > this_monday else "",
        after=f"/week/mine?week={(monday + timedelta(weeks=1)).isoformat()}",
        waiting=sum(swap.to_worker_id == ctx.person_id for swap in offers.swaps),
        done=ctx.query_param("done") == "right",
    )


async def confirm(ctx: PageContext, form: Form) -> Response:
    """The week is right, as the page showed it."""
    monday, shown = form.text("monday"), form.text("fingerprint")
    request = pb.ConfirmWeekRequest(request_id=form.request_id, monday=monday, fingerprint=shown)
    await ctx.call(ctx.state.services.worker_weeks.ConfirmWeek, request)
    return ctx.redirect(f"/week/mine?week={monday}&done=right")


async def _taken(ctx: PageContext, begin: datetime) -> Sequence[visits.Visit]:
    request = visits.ListVisitsRequest(person_id=ctx.person_id, giving=True, page_size=_MOST)
    request.begin.FromDatetime(begin)
    request.end.FromDatetime(begin + timedelta(days=7))
    response: visits.ListVisitsResponse = await ctx.call(ctx.state.services.visits.ListVisits, request)
    return response.visits


PAGE = Page("/week/mine", show, confirm, CONFIRM)
