"""What the home page says of visits: those of today, the next one, and plans that wait for the person's yes."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from kith.scheduling.v1 import visits_pb2 as pb
from kith.scheduling.v1.enums import VisitState
from libs.refusals import Unavailable
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.visits.visit_words import TAKES_PLACE, VisitRow, people_of, state_of, visit_row

_DAYS_AHEAD = 28
_MOST_TODAY = 3


@dataclass(frozen=True)
class VisitsAhead:
    """`later`: how many more come today. `following` is set only when nothing is left today."""

    today: list[VisitRow] = field(default_factory=list)
    later: int = 0
    following: VisitRow | None = None
    waiting: VisitRow | None = None
    """The first plan that the person has to agree to."""
    questions: pb.GetWaitingResponse = field(default_factory=pb.GetWaitingResponse)
    """What of visits waits for the person's answer."""


async def list_visits_ahead(ctx: PageContext) -> VisitsAhead:
    """Empty when scheduling does not answer: the home page has more to say."""
    # From yesterday: a night visit goes on in the morning. None is longer than a day.
    begin = datetime.combine(ctx.local_day() - timedelta(days=1), time(), ctx.state.co_op.zone)
    try:
        days = await fetch_days(ctx, begin, begin + timedelta(days=_DAYS_AHEAD))
    except Unavailable:
        return VisitsAhead()
    mine, taken = days.to_person.visits, days.taken.visits
    planned = [(visit, False) for visit in mine if state_of(visit) in TAKES_PLACE] + [(visit, True) for visit in taken]
    planned = sorted(
        (entry for entry in planned if utc_datetime(entry[0].ends_at) > ctx.now), key=lambda entry: utc_datetime(entry[0].starts_at)
    )
    today = [entry for entry in planned if ctx.local_day(utc_datetime(entry[0].starts_at)) <= ctx.local_day()]
    # Who shares a visit has no part in its plan.
    own = [visit for visit in mine if visit.person_id == ctx.person_id]
    waiting = [
        visit for visit in own if state_of(visit) in (VisitState.PROPOSED, VisitState.MOVING) and utc_datetime(visit.starts_at) > ctx.now
    ]
    shown = today[:_MOST_TODAY] or planned[:1]
    # Home greets the person by name.
    names = await ctx.person_names({ctx.person_id} | set(people_of((*(visit for visit, _ in shown), *waiting[:1]))))
    rows = [visit_row(ctx, visit, names, is_taken=is_taken) for visit, is_taken in shown]
    return VisitsAhead(
        today=rows if today else [],
        later=max(0, len(today) - _MOST_TODAY),
        following=rows[0] if rows and not today else None,
        waiting=visit_row(ctx, waiting[0], names) if waiting else None,
        questions=days.waiting,
    )


async def fetch_days(ctx: PageContext, begin: datetime, end: datetime, *, with_open: bool = False) -> pb.GetDaysResponse:
    """What is planned from `begin` until before `end` for the person whom the page is about, and what waits for their answer.

    Of each list at most 200. Raises Unavailable.
    """
    request = pb.GetDaysRequest(person_id=ctx.subject_id, with_open_visits=with_open)
    request.begin.FromDatetime(begin)
    request.end.FromDatetime(end)
    # Without a hat: they look at their own.
    return await ctx.call(ctx.state.services.visits.GetDays, request, "")
