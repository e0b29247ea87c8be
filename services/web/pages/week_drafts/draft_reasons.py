"""Why this worker: what each would cost for a visit of a draft. Everybody reads all of their own, of others what is theirs to know."""

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.rulebook_lookup import draft_hat
from services.web.pages.week_drafts.draft_words import draft_row, people_of

PARTS = ("new_face", "not_preferred", "change", "travel", "short_of_wish", "over_wish", "fairness", "own")
"""In the order in which a table shows them."""
_BAR_WIDTH = 140


async def show(ctx: PageContext) -> Response:
    """Raises NotFound WEEK_DRAFT_UNKNOWN."""
    draft = ctx.path_param("draft")
    found = await get_reasons(ctx)
    names = await ctx.person_names([*people_of([found.visit]), *(each.worker_id for each in found.workers)])
    parts = [part for part in PARTS if any(each.points.get(part) for each in found.workers)]
    most = max((abs(total) for each in found.workers if (total := total_of(each))), default=1)
    return ctx.render(
        "week_drafts/reasons",
        back="/week/proposals" if ctx.query_param("from") == "proposals" else f"/week/drafts/{draft}",
        visit=draft_row(ctx, found.visit, names),
        parts_shown=parts,
        workers=[
            {
                "id": each.worker_id,
                "name": names[each.worker_id].full,
                "called": names[each.worker_id].short,
                "is_me": not ctx.acting and each.worker_id == ctx.person_id,
                "can": each.can_come,
                "comes": each.comes,
                "why": _why(ctx, each.reason),
                "points": [each.points.get(part, 0) for part in parts],
                "total": total_of(each),
                "width": round(_BAR_WIDTH * max(0, total_of(each)) / most),
            }
            for each in found.workers
        ],
        can_choose=found.may_choose and ctx.query_param("from") != "proposals",
        chosen=", ".join(names[each.worker_id].full for each in found.workers if each.comes),
    )


async def get_reasons(ctx: PageContext) -> pb.GetDraftReasonsResponse:
    """Of the visit that the path names. Raises NotFound WEEK_DRAFT_UNKNOWN."""
    request = pb.GetDraftReasonsRequest(draft_id=ctx.path_param("draft"), visit_id=ctx.path_param("visit"))
    found: pb.GetDraftReasonsResponse = await ctx.call(ctx.state.services.week_drafts.GetDraftReasons, request, await draft_hat(ctx))
    return found


def total_of(worker: pb.WorkerReasons) -> int:
    """All its points."""
    return sum(worker.points.values())


def _why(ctx: PageContext, reason: str) -> Markup:
    """Only the worker themselves gets a reason; one that is new here is said in general."""
    key = f"week_draft_reason.{reason}"
    return ctx.say(key if ctx.catalogue.has(key) else "week_draft_reason.OTHER") if reason else Markup()


PAGE = Page("/week/drafts/{draft:uuid}/visits/{visit:uuid}", show, acting=True)
