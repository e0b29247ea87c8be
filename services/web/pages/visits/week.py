"""Seven days of visits: those to the person, those they go to, and those in their teams that still need somebody."""

import asyncio
from datetime import datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlencode

from starlette.responses import Response

from kith.scheduling.v1 import visits_pb2 as pb
from libs.texts.days import read_day
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.distances.distance_words import load_lines
from services.web.pages.paging import fetch_all
from services.web.pages.qualification_view import kinds_in_words
from services.web.pages.visits.confirmed_visits import confirmed_words
from services.web.pages.visits.cover_page import fetch_covers
from services.web.pages.visits.today import fetch_days
from services.web.pages.visits.visit_words import people_of, visit_row
from services.web.pages.working_time.rest_reason import said_reason

CHANGE = "week"
_DAYS = 7
_DONE = ("taken", "proposed")


async def show(ctx: PageContext) -> Response:
    """From today, or from the day in the address."""
    today = ctx.local_day()
    first = read_day(ctx.query_param("from")) or today
    if not today - timedelta(days=366) <= first <= today + timedelta(days=400):
        first = today
    begin, end = (datetime.combine(first + timedelta(days=days), time(), ctx.state.co_op.zone) for days in (0, _DAYS))
    days = await fetch_days(ctx, begin, end, with_open=True)
    mine = await _whole(ctx, begin, end, days.to_person)
    taken = await _whole(ctx, begin, end, days.taken, giving=True)
    open_visits = await _whole_open(ctx, days.open_visits)
    names = await ctx.person_names(people_of((*mine, *taken, *open_visits)))
    rows = [visit_row(ctx, visit, names) for visit in mine]
    rows += [visit_row(ctx, visit, names, is_taken=True) for visit in taken]
    distances, confirmed, covers = await asyncio.gather(
        load_lines(ctx, [row.id for row in rows]), confirmed_words(ctx, first, _DAYS), fetch_covers(ctx)
    )
    rows.sort(key=lambda row: (row.starts, row.id))
    return ctx.render(
        "visits/week",
        days=[(day, list(group)) for day, group in groupby(rows, key=lambda row: row.day_words)],
        distances=distances,
        confirmed=confirmed,
        open_visits=[visit_row(ctx, visit, names) for visit in open_visits],
        first=ctx.format_day(first.isoformat()),
        last=ctx.format_day((first + timedelta(days=_DAYS - 1)).isoformat()),
        before="/week?" + urlencode({"from": (first - timedelta(days=_DAYS)).isoformat()}),
        after="/week?" + urlencode({"from": (first + timedelta(days=_DAYS)).isoformat()}),
        series_waiting=days.waiting.series,
        has_covers=bool(covers),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def take(ctx: PageContext, form: Form) -> Response:
    """The person will go to a visit. What is refused is said on a page of its own."""
    request = pb.TakeVisitRequest(
        request_id=form.request_id, visit_id=form.text("visit"), version=form.shown_number(), rest_reason=said_reason(form.fields)
    )
    async with kinds_in_words(ctx):
        await ctx.call(ctx.state.services.visits.TakeVisit, request)
    return ctx.redirect("/week?done=taken")


async def _whole(ctx: PageContext, begin: datetime, end: datetime, page: pb.ListVisitsResponse, *, giving: bool = False) -> list[pb.Visit]:
    """The list of which this is the first page."""
    rest = list[pb.Visit]()
    if page.next_page_token:
        request = pb.ListVisitsRequest(person_id=ctx.subject_id, giving=giving, page_token=page.next_page_token)
        request.begin.FromDatetime(begin)
        request.end.FromDatetime(end)
        rest = await fetch_all(ctx, ctx.state.services.visits.ListVisits, request, lambda page: page.visits)
    return [*page.visits, *rest]


async def _whole_open(ctx: PageContext, page: pb.ListOpenVisitsResponse) -> list[pb.Visit]:
    rest = list[pb.Visit]()
    if page.next_page_token:
        request = pb.ListOpenVisitsRequest(page_token=page.next_page_token)
        rest = await fetch_all(ctx, ctx.state.services.visits.ListOpenVisits, request, lambda page: page.visits)
    return [*page.visits, *rest]
