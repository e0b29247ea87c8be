"""Whether what is written about visits to a person counts as right by itself after some days: their own choice, by default it does not."""

from starlette.responses import Response

from kith.scheduling.v1 import visit_records_pb2 as pb
from services.web.http.forms import Form
from services.web.page_context import PageContext, utc_datetime

CHANGE = "visit-timer"
_DONE = ("agree", "take_back")


async def show(ctx: PageContext) -> Response:
    """Of the person, or of whom they act for."""
    request = pb.GetTimedConfirmationRequest(person_id=ctx.subject_id)
    found: pb.GetTimedConfirmationResponse = await ctx.call(ctx.state.services.visit_records.GetTimedConfirmation, request)
    return ctx.render(
        "visits/record_timer",
        agreed=found.agreed,
        since=ctx.format_moment(utc_datetime(found.since)) if found.agreed else "",
        after=found.after_days,
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Agree, or take it back."""
    did = form.text("do")
    if did not in _DONE:
        return ctx.redirect("/visits/confirming")
    request = pb.SetTimedConfirmationRequest(request_id=form.request_id, person_id=ctx.subject_id, agreed=did == "agree")
    await ctx.call(ctx.state.services.visit_records.SetTimedConfirmation, request)
    return ctx.redirect(f"/visits/confirming?done={did}")
