"""What the script of "My day" sends, one thing at a time: something started or written, perhaps days ago, on a phone without signal.

It answers with nothing (204) for what Kith has now, and in JSON, `{"refused": sentence}`, for what it will not take, which stays on the
phone with that sentence. Everything else, such as a sign-in page, means later.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from kith.scheduling.v1 import visit_records_pb2 as pb
from libs.refusals import FailedPrecondition, NotSignedIn, Refusal, Unavailable
from libs.texts.days import read_day
from services.web.http.forms import Form, FormRejected
from services.web.http.kept_forms import OWNER
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.my_day import page
from services.web.pages.visits.record_forms import minute_of, whole_number

_ASK_LATER = (NotSignedIn, Unavailable)


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
    start, end = _local(form.text("day"), form.text("start")), _local(form.text("day"), form.text("end"))
    request = pb.SendVisitRequest(
        request_id=form.request_id,
        visit_id=form.text("visit"),
        starts=start,
        note=form.text("note"),
        travel_minutes=whole_number(form.text("travel")),
        waiting_minutes=whole_number(form.text("waiting")),
    )
    if form.text("end"):
        # A visit that ends at an earlier hour than it began ends on the day after.
        request.ends.CopyFrom(_day_after(end) if 0 <= end.minute < start.minute else end)
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


def _local(day: str, clock: str) -> pb.LocalMoment:
    return pb.LocalMoment(day=day, minute=minute_of(clock))


def _by_clock(at: datetime, zone: ZoneInfo) -> pb.LocalMoment:
    local = at.astimezone(zone)
    return pb.LocalMoment(day=local.date().isoformat(), minute=local.hour * 60 + local.minute)


def _day_after(moment: pb.LocalMoment) -> pb.LocalMoment:
    day = read_day(moment.day)
    return pb.LocalMoment(day=(day + timedelta(days=1)).isoformat() if day else moment.day, minute=moment.minute)


PAGE = Page("/today/send", None, send, page.FORM)
