"""The week without one worker: who could come instead, at once and before anybody is told; and a draft of it."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.rulebook_lookup import draft_hat
from services.web.pages.visits.visit_words import times_words
from services.web.pages.week_drafts.draft_reasons import PARTS, total_of
from services.web.pages.week_drafts.draft_words import week_words

_FORM = "week-without"
_ALL = "yes"


async def show(ctx: PageContext) -> Response:
    """Of this week, if none is named. Raises FailedPrecondition WEEK_DRAFT_NOT_COMING, Invalid WEEK_UNKNOWN."""
    worker, together = ctx.path_param("worker"), ctx.query_param("all") == _ALL
    today = ctx.local_day()
    monday = ctx.query_param("week") or (today - timedelta(days=today.weekday())).isoformat()
    request = pb.GetWeekWithoutRequest(worker_id=worker, monday=monday, together=together)
    hat = await draft_hat(ctx) if together else ""
    found: pb.GetWeekWithoutResponse = await ctx.call(ctx.state.services.week_drafts.GetWeekWithout, request, hat)
    people = [person for visit in found.visits for person in (visit.person_id, *(each.worker_id for each in visit.workers))]
    names = await ctx.person_names([worker, *people])
    return ctx.render(
        "week_drafts/without",
        name=names[worker].full,
        week=week_words(ctx, monday),
        monday=monday,
        all=_ALL if together else "",
        visits=[_visit(ctx, visit, names) for visit in found.visits],
    )


async def start(ctx: PageContext, form: Form) -> Response:
    """A draft of that week without them."""
    together = form.text("all") == _ALL
    request = pb.StartWeekDraftRequest(
        request_id=form.request_id, monday=form.text("week"), together=together, without_worker_id=ctx.path_param("worker")
    )
    hat = await draft_hat(ctx) if together else ""
    response: pb.StartWeekDraftResponse = await ctx.call(ctx.state.services.week_drafts.StartWeekDraft, request, hat)
    return ctx.redirect(f"/week/drafts/{response.draft_id}")


def _visit(ctx: PageContext, visit: pb.VisitWithout, names: Mapping[str, PersonName]) -> dict[str, object]:
    day = ctx.local_day(utc_datetime(visit.starts_at)).isoformat()
    could = [each for each in visit.workers if each.can_come]
    return {
        "id": visit.visit_id,
        "name": names[visit.person_id].full,
        "when": f"{ctx.format_day(day)}, {times_words(ctx, visit.starts_at, visit.ends_at)}",
        "could": [{"name": names[each.worker_id].full, "parts": _parts(ctx, each), "points": total_of(each)} for each in could],
        "cannot": [names[each.worker_id].full for each in visit.workers if not each.can_come],
        "found": ", ".join(names[each.worker_id].full for each in could if each.comes),
    }


def _parts(ctx: PageContext, worker: pb.WorkerReasons) -> str:
    """What of the sum comes from what."""
    return ", ".join(f"{ctx.say(f'week_draft_points.{part}')} {worker.points[part]:+}" for part in PARTS if worker.points.get(part))


PAGE = Page("/week/without/{worker:uuid}", show, start, _FORM, acting=True)
