"""A day on paper: what is to be done at each visit, with places to tick it and to write times by pen; A4, or larger.

It does what the phone does: who writes by pen types it in later, on the page of each visit, themselves or with somebody who helps.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from kith.scheduling.v1 import day_sheets_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.texts.days import read_day
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.distances.distance_words import DistanceLine, load_lines
from services.web.pages.form_page import Fields, FormPage
from services.web.pages.visits.task_words import ToDo, load_tasks
from services.web.pages.visits.visit_words import TAKES_PLACE, VisitRow, people_of, state_of, visit_row

PATH = "/today/sheet"
_MOST = 50
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SheetRow:
    """A visit on the sheet; `others` are who comes, where it is to the person."""

    row: VisitRow
    giving: bool
    others: list[str]
    to_do: ToDo
    distances: Sequence[DistanceLine]


async def show(ctx: PageContext) -> Response:
    """Of the day in the address; else of tomorrow."""
    day = _asked_day(ctx)
    given = [] if ctx.acting else await _visits(ctx, day, giving=True)
    had = await _visits(ctx, day, giving=False)
    found = sorted([*((visit, True) for visit in given), *((visit, False) for visit in had)], key=lambda one: one[0].starts_at.ToSeconds())
    names = await ctx.person_names(people_of([visit for visit, _ in found]))
    distances = await load_lines(ctx, [visit.visit_id for visit, _ in found])
    tasks = await asyncio.gather(*(load_tasks(ctx, visit=visit.visit_id) for visit, _ in found))
    return ctx.render(
        "my_day/sheet",
        sheet_day=day.isoformat(),
        day_said=ctx.format_day(day.isoformat()),
        rows=[
            SheetRow(
                visit_row(ctx, visit, names, is_taken=giving),
                giving,
                [] if giving else [names[worker].full for worker in visit.worker_ids],
                to_do,
                distances.get(visit.visit_id, ()),
            )
            for (visit, giving), to_do in zip(found, tasks, strict=True)
        ],
        large=ctx.query_param("large") == "yes",
        name=(await ctx.person_names([ctx.subject_id]))[ctx.subject_id].full,
    )


def _asked_day(ctx: PageContext) -> date:
    """Not so far that no calendar has it."""
    asked = read_day(ctx.query_param("day"))
    today = ctx.local_day()
    return asked if asked and abs(asked - today) <= timedelta(days=366) else today + _DAY


async def _visits(ctx: PageContext, day: date, *, giving: bool) -> list[visits.Visit]:
    request = visits.ListVisitsRequest(person_id=ctx.subject_id, giving=giving, page_size=_MOST)
    request.begin.FromDatetime(datetime.combine(day, time(), ctx.state.co_op.zone))
    request.end.FromDatetime(datetime.combine(day + _DAY, time(), ctx.state.co_op.zone))
    found: visits.ListVisitsResponse = await ctx.call(ctx.state.services.visits.ListVisits, request)
    return [visit for visit in found.visits if state_of(visit) in TAKES_PLACE]


async def _choice_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    request = pb.GetDaySheetChoiceRequest(person_id=ctx.subject_id)
    found: pb.GetDaySheetChoiceResponse = await ctx.call(ctx.state.services.day_sheets.GetDaySheetChoice, request)
    chosen = {"wanted": "yes" if found.wanted else "", "named": "yes" if found.named else ""}
    return {
        "fields": fields if fields["shown"] else chosen,
        "from_hour": f"{found.hour}:00",
        "this_day": ctx.local_day().isoformat(),
        "next_day": (ctx.local_day() + _DAY).isoformat(),
        "done": ctx.query_param("done") == "saved",
    }


async def _choose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.SetDaySheetChoiceRequest(
        request_id=request_id, person_id=ctx.subject_id, wanted=fields["wanted"] == "yes", named=fields["named"] == "yes"
    )
    await ctx.call(ctx.state.services.day_sheets.SetDaySheetChoice, request)
    return "/today/sheets?done=saved"


PAGE = Page(PATH, show, acting=True)
CHOICE = FormPage("day-sheets", "my_day/sheets", _choice_values, _choose, fields=("wanted", "named", "shown"))
