"""What somebody says of drafts beforehand: as a worker, and for the visits to them."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext

_CHANGE = "draft-wishes"
_DONE = ("worker", "person")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PARTS = ("night", "morning", "afternoon", "evening")
_FREE = "free-"
_MOST_HOURS = 168


async def show(ctx: PageContext) -> Response:
    """Their own; who acts for somebody answers for the visits to that person alone."""
    unsent = await form_keeping.load_unsent(ctx, _CHANGE)
    if "hours" in unsent:
        return await _again(ctx, unsent, is_wrong=False)
    services = ctx.state.services.week_drafts
    found: pb.GetDraftChoicesResponse = await ctx.call(services.GetDraftChoices, pb.GetDraftChoicesRequest())
    return _render(ctx, found)


async def change(ctx: PageContext, form: Form) -> Response:
    """One of the two forms."""
    services, did = ctx.state.services.week_drafts, form.text("do")
    if did == "person":
        choice = pb.PersonDraftChoice(together=form.text("together") == "yes", may_change=form.text("person-change") == "yes")
        own = pb.SetPersonDraftChoiceRequest(request_id=form.request_id, person_id=ctx.subject_id, choice=choice)
        await ctx.call(services.SetPersonDraftChoice, own)
    elif did == "worker":
        request = pb.SetWorkerDraftChoiceRequest(request_id=form.request_id)
        if form.text("in-drafts") == "yes":
            hours = form.text("hours")
            wished = int(hours) if hours.isascii() and hours.isdigit() and len(hours) <= len(str(_MOST_HOURS)) else 0
            if hours and not 0 < wished <= _MOST_HOURS:
                return await _again(ctx, form.fields, is_wrong=True)
            free = [name.removeprefix(_FREE) for name in form.fields if name.startswith(_FREE)]
            choice_of_worker = pb.WorkerDraftChoice(
                wished_minutes=wished * 60, free_parts=free, may_change=form.text("worker-change") == "yes"
            )
            request.choice.CopyFrom(choice_of_worker)
        await ctx.call(services.SetWorkerDraftChoice, request)
    else:
        return ctx.redirect("/week/drafts/wishes")
    return ctx.redirect(f"/week/drafts/wishes?done={did}")


async def _again(ctx: PageContext, fields: Mapping[str, str], *, is_wrong: bool) -> Response:
    """As somebody left the form of a worker."""
    found: pb.GetDraftChoicesResponse = await ctx.call(ctx.state.services.week_drafts.GetDraftChoices, pb.GetDraftChoicesRequest())
    free = [name.removeprefix(_FREE) for name in fields if name.startswith(_FREE)]
    found.worker.CopyFrom(pb.WorkerDraftChoice(free_parts=free, may_change=fields.get("worker-change") == "yes"))
    return _render(ctx, found, hours=fields.get("hours", "").strip(), is_wrong=is_wrong)


def _render(ctx: PageContext, found: pb.GetDraftChoicesResponse, *, hours: str = "", is_wrong: bool = False) -> Response:
    free, wished = set(found.worker.free_parts), found.worker.wished_minutes
    problems = [ctx.refusal_problem("hours", "WISHED_HOURS")] if is_wrong else []
    return ctx.render(
        "week_drafts/wishes",
        422 if is_wrong else 200,
        problems=problems,
        worker=found.worker,
        in_drafts=found.HasField("worker"),
        hours=hours or (str(wished // 60) if wished else ""),
        days=[_day(ctx, day, free) for day in _DAYS],
        some_times=bool(free),
        person=found.person,
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


def _day(ctx: PageContext, day: str, free: set[str]) -> Mapping[str, object]:
    parts = [
        {"name": f"{_FREE}{day}_{part}", "text": ctx.say(f"draft_wishes.{part}"), "is_free": f"{day}_{part}" in free} for part in _PARTS
    ]
    return {"name": ctx.say(f"draft_wishes.{day}"), "parts": parts}


PAGE = Page("/week/drafts/wishes", show, change, _CHANGE, acting=True)
