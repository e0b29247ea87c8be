"""A secretary announces a matching day, or calls it off."""

from collections.abc import Mapping

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from kith.matching.v1 import matching_days_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.form_page import Fields, FormPage, form_page
from services.web.pages.matching_days.day_list import PATH
from services.web.pages.new_motion import hour_choices

_LONG_BODY = 32 * 1024
"""2,000 letters, nine bytes each once they are in a form."""
_USUAL_HOUR = "20:00"


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    return {
        "hours": hour_choices(ctx),
        "closes_time": fields["closes_time"] or _USUAL_HOUR,
        "runs_time": fields["runs_time"] or _USUAL_HOUR,
    }


async def _announce(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.AnnounceMatchingDayRequest(
        request_id=request_id, words=fields["words"], closes_at=_moment(ctx, fields, "closes"), runs_at=_moment(ctx, fields, "runs")
    )
    response: pb.AnnounceMatchingDayResponse = await ctx.call(ctx.state.services.matching_days.AnnounceMatchingDay, request)
    return f"{PATH}/{response.day_id}?done=announced"


def _moment(ctx: PageContext, fields: Fields, name: str) -> Timestamp | None:
    """None where no day was typed, which matching refuses with its sentence."""
    at = ctx.local_moment(fields[f"{name}_on"], fields[f"{name}_time"] or _USUAL_HOUR)
    if at is None:
        return None
    moment = Timestamp()
    moment.FromDatetime(at)
    return moment


async def _day(ctx: PageContext) -> ActionSubject:
    request = pb.GetMatchingDayRequest(day_id=ctx.path_param("day"), person_id=ctx.person_id)
    found: pb.GetMatchingDayResponse = await ctx.call(ctx.state.services.matching_days.GetMatchingDay, request)
    return ActionSubject(found.day.words, f"{PATH}/{found.day.day_id}")


async def _call_off(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    request = pb.CallOffMatchingDayRequest(request_id=form.request_id, day_id=ctx.path_param("day"))
    await ctx.call(ctx.state.services.matching_days.CallOffMatchingDay, request)
    return ctx.redirect(PATH)


ANNOUNCE = FormPage(
    "matching-day",
    "matching_days/announce",
    _values,
    _announce,
    fields=("words", "closes_on", "closes_time", "runs_on", "runs_time"),
    input_by_field={"words": "words", "closes_at": "closes_on", "runs_at": "runs_on"},
    max_body=_LONG_BODY,
)
CALL_OFF = ConfirmedAction("call_off_matching_day", _day, _call_off, needs_decision=False)
PAGES = (form_page(f"{PATH}/new", ANNOUNCE, Access.SECRETARY), confirmation_page(f"{PATH}/{{day:uuid}}/call-off", CALL_OFF))
