"""Who of the team could come to a visit, and asking those chosen in one tap."""

from starlette.responses import Response

from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import worker_weeks_pb2 as pb
from libs.refusals import FailedPrecondition
from services.web.http.forms import Form
from services.web.localisation.refusal_messages import refusal_message
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.qualification_view import kinds_in_words
from services.web.pages.visits.visit_words import people_of, visit_row

_ASK = "who-could"
_CHOSEN = "ask-"


async def show(ctx: PageContext) -> Response:
    """Raises NotFound VISIT_UNKNOWN, and what is against the visit itself."""
    visit, services = ctx.path_param("visit"), ctx.state.services
    who: pb.GetWhoCouldResponse = await ctx.call(services.worker_weeks.GetWhoCould, pb.GetWhoCouldRequest(visit_id=visit))
    found: visits.GetVisitResponse = await ctx.call(services.visits.GetVisit, visits.GetVisitRequest(visit_id=visit))
    names = await ctx.person_names([*people_of([found.visit]), *(each.person_id for each in who.candidates)])
    rows = [
        {
            "id": each.person_id,
            "name": names[each.person_id].full,
            "can": each.can_come,
            "comes": each.comes,
            "asked": each.asked,
            "is_me": not ctx.acting and each.person_id == ctx.person_id,
            "why": [] if each.comes else [await _sentence(ctx, reason) for reason in each.own_reasons],
        }
        for each in who.candidates
    ]
    return ctx.render(
        "visits/who_could",
        visit=visit_row(ctx, found.visit, names),
        version=who.version,
        can=[row for row in rows if row["can"]],
        cannot=[row for row in rows if not row["can"]],
        to_ask=any(row["can"] and not row["asked"] and not row["is_me"] for row in rows),
        done=ctx.query_param("done") if ctx.query_param("done") in ("asked", "before") else "",
    )


async def ask(ctx: PageContext, form: Form) -> Response:
    """Each of those chosen is told once."""
    visit = ctx.path_param("visit")
    chosen = [name.removeprefix(_CHOSEN) for name in form.fields if name.startswith(_CHOSEN)]
    request = pb.AskWorkersRequest(request_id=form.request_id, visit_id=visit, version=form.shown_number(), person_ids=chosen)
    response: pb.AskWorkersResponse = await ctx.call(ctx.state.services.worker_weeks.AskWorkers, request)
    return ctx.redirect(f"/visits/{visit}/who-could?done={'asked' if response.asked else 'before'}")


async def _sentence(ctx: PageContext, reason: pb.OwnReason) -> str:
    """Why somebody cannot come themselves, as a refusal would say it."""
    try:
        async with kinds_in_words(ctx):
            raise FailedPrecondition(reason.reason, **reason.details)
    except FailedPrecondition as refusal:
        return str(refusal_message(ctx.catalogue, refusal.reason, ctx.refusal_details(refusal)))


PAGE = Page("/visits/{visit:uuid}/who-could", show, ask, _ASK, acting=True)
