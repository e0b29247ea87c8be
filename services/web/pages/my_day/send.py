"""What the script of "My day" sends, one thing at a time: something started or written, perhaps days ago, on a phone without signal.

It answers with nothing (204) for what Kith has now, and in JSON, `{"refused": sentence}`, for what it will not take, which stays on the
phone with that sentence. Everything else, such as a sign-in page, means later.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from kith.scheduling.v1 import visit_records_pb2 as pb
from libs.refusals import FailedPrecondition, NotSignedIn, Refusal, Unavailable
from libs.texts.days import read_day
from services.web.http.forms import Form, FormRejected
from services.web.http.kept_forms import OWNER
from services.web.localisation.clock_times import minute_of_day
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.my_day import page
from services.web.pages.visits.record_forms import whole_number
from services.web.pages.visits.task_words import LIST, said_outcomes

_ASK_LATER = (NotSignedIn, Unavailable)
_HALF_A_DAY = 12 * 60


async def send(ctx: PageContext, form: Form) -> Response:
    """Start a visit, or write it down. A browser that sends it as a form of a page gets pages.

    Raises FormRejected FORM_STALE for what another person wrote.
    """
    is_script = "text/html" not in ctx.request.headers.get("accept", "")
    # A phone may have things of two people: the token is of who is signed in, the mark of who wrote it.
    if ctx.state.form_owners.read_field(form.text(OWNER), page.FORM) != ctx.state.form_owners.mark(ctx.form_person):
        raise FormRejected("FORM_STALE")
    try:
        await (_start(ctx, form) if form.text("do") == "start" else _write(ctx, form))
    except _ASK_LATER:
        raise
    except Refusal as refusal:
        if not is_script:
            raise
        return JSONResponse({"refused": " ".join(dict.fromkeys(str(problem.text) for problem in ctx.form_problems(refusal)))})
    return Response(status_code=204) if is_script else ctx.redirect(f"{page.PATH}?done=sent")


async def _start(ctx: PageContext, form: Form) -> None:
    request = pb.StartVisitRequest(request_id=form.request_id, visit_id=form.text("visit"))
    if (at := _moment(form.text("at"))) is not None:
        request.started_at.FromDatetime(at)
    try:
        await ctx.call(ctx.state.services.visit_records.StartVisit, request)
    except FailedPrecondition as refusal:
        # Started from another page meanwhile, or written down already: nothing is lost by leaving it at that.
        if refusal.reason != "RECORD_BEGUN":
            raise


async def _write(ctx: PageContext, form: Form) -> None:
    start = _near(form.text("day"), minute_of_day(form.text("planned")), minute_of_day(form.text("start")))
    request = pb.SendVisitRequest(
        request_id=form.request_id,
        visit_id=form.text("visit"),
        starts=start,
        note=form.text("note"),
        travel_minutes=whole_number(form.text("travel")),
        waiting_minutes=whole_number(form.text("waiting")),
        task_list_id=form.text(LIST),
        tasks=said_outcomes(form.text, start.day, start.minute),
    )
    if form.text("end"):
        # A visit that ends at an earlier hour than it began ends on the day after.
        minute = minute_of_day(form.text("end"))
        request.ends.CopyFrom(_moment_of(start.day, 1 if 0 <= minute < start.minute else 0, minute))
    elif (at := _moment(form.text("at"))) is not None:
        request.ends.CopyFrom(_by_clock(at, ctx.state.co_op.zone))
    await ctx.call(ctx.state.services.visit_records.SendVisit, request)


def _moment(typed: str) -> datetime | None:
    """When the phone wrote it down; None where it does not say, or nothing that is a time."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _near(day: str, planned: int, minute: int) -> pb.LocalMoment:
    """Of the day of the visit, or the one before or after: a visit at five past midnight may have begun at five to."""
    is_far = minute >= 0 and abs(minute - planned) > _HALF_A_DAY
    return _moment_of(day, (1 if minute < planned else -1) if is_far else 0, minute)


def _by_clock(at: datetime, zone: ZoneInfo) -> pb.LocalMoment:
    local = at.astimezone(zone)
    return pb.LocalMoment(day=local.date().isoformat(), minute=local.hour * 60 + local.minute)


def _moment_of(day: str, days_after: int, minute: int) -> pb.LocalMoment:
    """What is no day, or one of the very first and last, stays as it is: the service says so."""
    known = read_day(day)
    if known is not None and date.min < known < date.max:
        day = (known + timedelta(days=days_after)).isoformat()
    return pb.LocalMoment(day=day, minute=minute)


PAGE = Page("/today/send", None, send, page.FORM)
