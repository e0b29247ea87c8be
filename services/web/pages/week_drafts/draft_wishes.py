"""What somebody says of drafts beforehand: as a worker, and for the visits to them."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.enums import WayOfGoing
from libs.refusals import Invalid, invalid
from libs.rpc.enums import known_word
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import FormProblem, PageContext

_CHANGE = "draft-wishes"
_DONE = ("worker", "person")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PARTS = ("night", "morning", "afternoon", "evening")
_FREE = "free-"
_MOST_HOURS = 168
_GOES = {
    "foot": pb.WAY_OF_GOING_FOOT,
    "bicycle": pb.WAY_OF_GOING_BICYCLE,
    "car": pb.WAY_OF_GOING_CAR,
}
_INPUTS_OF_WORKER = {"wished_minutes": "hours", "district": "district", "goes": "goes"}
_INPUTS_OF_PERSON = {"district": "person-district"}


async def show(ctx: PageContext) -> Response:
    """Their own; who acts for somebody answers for the visits to that person alone."""
    unsent = await form_keeping.load_unsent(ctx, _CHANGE)
    if unsent.get("do") in _DONE:
        return await _again(ctx, unsent, ())
    services = ctx.state.services.week_drafts
    found: pb.GetDraftChoicesResponse = await ctx.call(services.GetDraftChoices, pb.GetDraftChoicesRequest())
    return _render(ctx, found)


async def change(ctx: PageContext, form: Form) -> Response:
    """One of the two forms."""
    did = form.text("do")
    if did not in _DONE:
        return ctx.redirect("/week/drafts/wishes")
    try:
        await (_save_person(ctx, form) if did == "person" else _save_worker(ctx, form))
    except Invalid as refusal:
        return await _again(ctx, form.fields, ctx.form_problems(refusal, _INPUTS_OF_PERSON if did == "person" else _INPUTS_OF_WORKER))
    return ctx.redirect(f"/week/drafts/wishes?done={did}")


async def _save_person(ctx: PageContext, form: Form) -> None:
    choice = pb.PersonDraftChoice(
        together=form.text("together") == "yes", may_change=form.text("person-change") == "yes", district=form.text("person-district")
    )
    request = pb.SetPersonDraftChoiceRequest(request_id=form.request_id, person_id=ctx.subject_id, choice=choice)
    await ctx.call(ctx.state.services.week_drafts.SetPersonDraftChoice, request)


async def _save_worker(ctx: PageContext, form: Form) -> None:
    request = pb.SetWorkerDraftChoiceRequest(request_id=form.request_id)
    if form.text("in-drafts") == "yes":
        hours = form.text("hours")
        wished = int(hours) if hours.isascii() and hours.isdigit() and len(hours) <= len(str(_MOST_HOURS)) else 0
        if hours and not 0 < wished <= _MOST_HOURS:
            raise invalid("wished_minutes", "WISHED_HOURS")
        choice = pb.WorkerDraftChoice(
            wished_minutes=wished * 60,
            free_parts=_free(form.fields),
            may_change=form.text("worker-change") == "yes",
            district=form.text("district"),
            goes=_GOES.get(form.text("goes"), pb.WAY_OF_GOING_UNSPECIFIED),
        )
        request.choice.CopyFrom(choice)
    await ctx.call(ctx.state.services.week_drafts.SetWorkerDraftChoice, request)


async def _again(ctx: PageContext, fields: Mapping[str, str], problems: Sequence[FormProblem]) -> Response:
    """As somebody left the form, with the other one as it is stored."""
    found: pb.GetDraftChoicesResponse = await ctx.call(ctx.state.services.week_drafts.GetDraftChoices, pb.GetDraftChoicesRequest())
    if fields.get("do") == "person":
        person = pb.PersonDraftChoice(
            together=fields.get("together") == "yes",
            may_change=fields.get("person-change") == "yes",
            district=fields.get("person-district", ""),
        )
        found.person.CopyFrom(person)
        return _render(ctx, found, hours=fields.get("hours", "").strip(), problems=problems)
    worker = pb.WorkerDraftChoice(
        free_parts=_free(fields),
        may_change=fields.get("worker-change") == "yes",
        district=fields.get("district", ""),
        goes=_GOES.get(fields.get("goes", ""), pb.WAY_OF_GOING_UNSPECIFIED),
    )
    found.worker.CopyFrom(worker)
    return _render(ctx, found, hours=fields.get("hours", "").strip(), problems=problems)


def _free(fields: Mapping[str, str]) -> list[str]:
    return [name.removeprefix(_FREE) for name in fields if name.startswith(_FREE)]


def _render(ctx: PageContext, found: pb.GetDraftChoicesResponse, *, hours: str = "", problems: Sequence[FormProblem] = ()) -> Response:
    free, wished = set(found.worker.free_parts), found.worker.wished_minutes
    goes = known_word(pb.WayOfGoing, WayOfGoing, found.worker.goes, None)
    return ctx.render(
        "week_drafts/wishes",
        422 if problems else 200,
        problems=problems,
        worker=found.worker,
        in_drafts=found.HasField("worker"),
        hours=hours or (str(wished // 60) if wished else ""),
        ways=[{"value": way, "text": ctx.say(f"way_of_going.{way}"), "hint": ""} for way in _GOES],
        goes=goes.value if goes else "",
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
