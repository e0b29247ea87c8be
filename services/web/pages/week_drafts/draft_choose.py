"""The planner chooses another worker for one place of a draft: what it costs is said beforehand, and who must still say yes."""

from collections.abc import Mapping

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.refusals import NotFound
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, PersonName
from services.web.pages.rulebook_lookup import draft_hat
from services.web.pages.week_drafts.draft_reasons import get_reasons, total_of
from services.web.pages.week_drafts.draft_words import draft_row, people_of

_FORM = "draft-choose"


async def show(ctx: PageContext) -> Response:
    """One choice for each worker of the draft in whose place this one would come, and one for a place that has nobody."""
    found, worker = await get_reasons(ctx), ctx.path_param("candidate")
    chosen = next((each for each in found.workers if each.worker_id == worker and each.can_come and not each.comes), None)
    if chosen is None:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    names = await ctx.person_names([*people_of([found.visit]), *(each.worker_id for each in found.workers)])
    row = draft_row(ctx, found.visit, names)
    options = [_option(ctx, chosen, each, names) for each in found.workers if each.comes]
    if row.missing:
        options.append({"value": "nobody", "text": ctx.say("draft_choose.empty"), "hint": _points(ctx, total_of(chosen))})
    return ctx.render(
        "week_drafts/choose",
        back=f"/week/drafts/{ctx.path_param('draft')}/visits/{ctx.path_param('visit')}",
        visit=row,
        name=names[worker].full,
        options=options,
    )


async def choose(ctx: PageContext, form: Form) -> Response:
    """Back to the draft, which says so."""
    draft, instead_of = ctx.path_param("draft"), form.text("instead-of")
    request = pb.ChooseDraftWorkerRequest(
        request_id=form.request_id,
        draft_id=draft,
        visit_id=ctx.path_param("visit"),
        worker_id=ctx.path_param("candidate"),
        instead_of_id="" if instead_of == "nobody" else instead_of,
    )
    await ctx.call(ctx.state.services.week_drafts.ChooseDraftWorker, request, await draft_hat(ctx))
    return ctx.redirect(f"/week/drafts/{draft}?done=chosen")


def _option(ctx: PageContext, chosen: pb.WorkerReasons, other: pb.WorkerReasons, names: Mapping[str, PersonName]) -> dict[str, object]:
    text = ctx.say("draft_choose.instead_of", name=names[other.worker_id].full)
    return {"value": other.worker_id, "text": text, "hint": _points(ctx, total_of(chosen) - total_of(other))}


def _points(ctx: PageContext, difference: int) -> Markup:
    if not difference:
        return ctx.say("draft_choose.same")
    return ctx.say("draft_choose.more" if difference > 0 else "draft_choose.less", abs(difference))


PAGE = Page("/week/drafts/{draft:uuid}/visits/{visit:uuid}/choose/{candidate:uuid}", show, choose, _FORM, acting=True)
