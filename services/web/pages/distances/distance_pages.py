"""Which visits of a person keep a distance: the list, and one rule with what can be done about it."""

from starlette.responses import Response

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.distances.distance_words import PATH, distance_line, gap_view, when_words

CHANGE = "distance"
_DONE = ("propose", "agree", "decline", "withdraw", "end")


async def show_list(ctx: PageContext) -> Response:
    """What is agreed, and what waits for a yes."""
    request = pb.GetVisitGapsRequest(person_id=ctx.subject_id)
    found: pb.GetVisitGapsResponse = await ctx.call(ctx.state.services.visit_gaps.GetVisitGaps, request)
    names = await ctx.person_names({gap.person_id for gap in found.gaps})
    return ctx.render("distances/list", gaps=[gap_view(ctx, gap, names[gap.person_id].full) for gap in found.gaps])


async def show(ctx: PageContext) -> Response:
    """Raises NotFound GAP_UNKNOWN."""
    request = pb.GetVisitGapRequest(gap_id=ctx.path_param("gap"))
    found: pb.GetVisitGapResponse = await ctx.call(ctx.state.services.visit_gaps.GetVisitGap, request)
    gap = found.gap
    people = {gap.person_id, gap.proposed_by, *([gap.agreed_by] if gap.agreed_by else [])}
    names = await ctx.person_names(people)
    return ctx.render(
        "distances/one",
        one=gap_view(ctx, gap, names[gap.person_id].full),
        is_own=gap.person_id == ctx.subject_id,
        proposed_by=names[gap.proposed_by].full,
        agreed_by=names[gap.agreed_by].full if gap.agreed_by else "",
        broken=[
            {"visit": one.visit_id, "when": when_words(ctx, one.starts_at, one.ends_at), **vars(distance_line(ctx, one))}
            for one in found.broken
        ],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Agree, decline, end or take back. The service decides whether the person may."""
    services, gap, did = ctx.state.services.visit_gaps, ctx.path_param("gap"), form.text("do")
    ids, version = {"request_id": form.request_id, "gap_id": gap}, form.shown_number()
    if did == "agree":
        await ctx.call(services.AgreeVisitGap, pb.AgreeVisitGapRequest(**ids, version=version))
    elif did == "decline":
        await ctx.call(services.DeclineVisitGap, pb.DeclineVisitGapRequest(**ids, version=version))
    elif did in ("end", "withdraw"):
        await ctx.call(services.EndVisitGap, pb.EndVisitGapRequest(**ids, version=version))
    else:
        return ctx.redirect(f"{PATH}/{gap}")
    return ctx.redirect(f"{PATH}/{gap}?done={did}")


PAGES = (
    Page(PATH, show_list, acting=True),
    Page(f"{PATH}/{{gap:uuid}}", show, change, CHANGE, acting=True),
)
