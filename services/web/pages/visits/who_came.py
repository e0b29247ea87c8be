"""Who came to the person in the last weeks, and how much it was always the same: in a sentence, and drawn."""

from fractions import Fraction

from starlette.responses import Response

from kith.scheduling.v1 import visits_pb2 as pb
from services.web.drawings.bar_charts import Bar, BarSegment, bar_chart
from services.web.page import Page
from services.web.page_context import PageContext

_OFTEN, _SOMETIMES = 700, 400
"""Of a thousand: what a sentence calls mostly the same people, and often."""


async def show(ctx: PageContext) -> Response:
    """Of the person, or of whom they act for."""
    request = pb.GetContinuityRequest(person_id=ctx.subject_id)
    found: pb.GetContinuityResponse = await ctx.call(ctx.state.services.visits.GetContinuity, request)
    names = await ctx.person_names([worker.worker_id for worker in found.workers])
    total = sum(worker.visits for worker in found.workers)
    rows = [
        Bar(
            names[worker.worker_id].full,
            [BarSegment("for", Fraction(worker.visits), str(ctx.say("who_came.times", worker.visits)))],
        )
        for worker in found.workers
    ]
    said = str(ctx.say("who_came.said", total, people=ctx.say("who_came.people", len(found.workers)), weeks=found.weeks))
    return ctx.render(
        "visits/who_came",
        weeks=found.weeks,
        total=total,
        said=said,
        most=names[found.workers[0].worker_id].full if found.workers else "",
        most_times=ctx.say("who_came.times", found.workers[0].visits) if found.workers else "",
        how=_how(found.index_thousandths) if total > 1 else "",
        index=f"{found.index_thousandths / 1000:.2f}",
        usual=f"{found.usual_thousandths / 1000:.2f}",
        drawing=bar_chart(str(ctx.say("who_came.title")), said, rows) if rows else "",
    )


def _how(thousandths: int) -> str:
    if thousandths >= _OFTEN:
        return "same"
    return "often" if thousandths >= _SOMETIMES else "many"


PAGE = Page("/week/who-came", show, acting=True)
