"""Which visits to the person those who come have confirmed; of whatever else is in a worker's week nothing is said."""

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from services.web.page_context import PageContext


async def confirmed_words(ctx: PageContext, first: date, days: int) -> Mapping[str, Markup]:
    """A sentence by visit, for those that somebody confirmed."""
    request = pb.GetConfirmedVisitsRequest(person_id=ctx.subject_id, first_day=first.isoformat(), days=days)
    response: pb.GetConfirmedVisitsResponse = await ctx.call(ctx.state.services.worker_weeks.GetConfirmedVisits, request)
    names = await ctx.person_names(worker for visit in response.visits for worker in visit.worker_ids)
    return {
        # A visit needs at most two.
        visit.visit_id: ctx.say(
            "week.confirmed", len(visit.worker_ids), first=names[visit.worker_ids[0]].full, second=names[visit.worker_ids[-1]].full
        )
        for visit in response.visits
    }
