"""Opening somebody's record in an emergency, and the list in which a secretary looks into it, week by week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from starlette.responses import Response

from kith.identity.v1 import emergency_pb2 as emergency
from services.web.http.forms import Form
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.form_page import Fields, FormPage

REVIEW = "emergency-review"
_LISTED = 50


@dataclass(frozen=True)
class AccessView:
    """One opened record in words; `week` is its Monday."""

    id: str
    reader: str
    person: str
    reason: str
    at: datetime
    week: date
    reviewer: str
    reviewed: str
    mine: bool


async def show(ctx: PageContext) -> Response:
    """The records that were opened, by weeks, the latest first."""
    request = emergency.ListEmergencyAccessRequest(page_size=_LISTED, page_token=ctx.query_param("page"))
    response: emergency.ListEmergencyAccessResponse = await ctx.call(ctx.state.services.emergency.ListEmergencyAccess, request)
    names = await ctx.person_names(
        person for access in response.accesses for person in (access.reader_id, access.person_id, access.reviewed_by)
    )
    views = [_view(ctx, access, names) for access in response.accesses]
    weeks = [(week.isoformat(), list(rows)) for week, rows in groupby(views, key=lambda view: view.week)]
    done = ctx.query_param("done") == "reviewed"
    return ctx.render("emergency_access", weeks=weeks, more=ctx.next_page(response.next_page_token), done=done)


async def review(ctx: PageContext, form: Form) -> Response:
    """Note that the secretary has looked into one."""
    request = emergency.ReviewEmergencyAccessRequest(request_id=form.request_id, access_id=form.text("access"))
    await ctx.call(ctx.state.services.emergency.ReviewEmergencyAccess, request)
    return ctx.redirect(f"{ctx.request_path}?done=reviewed")


def _view(ctx: PageContext, access: emergency.EmergencyAccess, names: Mapping[str, PersonName]) -> AccessView:
    at = utc_datetime(access.opened_at)
    day = ctx.local_day(at)
    return AccessView(
        access.access_id,
        names[access.reader_id].full,
        names[access.person_id].full,
        access.reason,
        at,
        day - timedelta(days=day.weekday()),
        names[access.reviewed_by].full if access.reviewed_by else "",
        ctx.format_moment(utc_datetime(access.reviewed_at)) if access.reviewed_by else "",
        access.reader_id == ctx.person_id,
    )


async def _person_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    return {"name": (await ctx.person_names([person]))[person].full, "done": ctx.query_param("done") == "opened"}


async def _open(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = emergency.OpenRecordRequest(request_id=request_id, person_id=ctx.path_param("person"), reason=fields["reason"])
    await ctx.call(ctx.state.services.emergency.OpenRecord, request)
    return f"{ctx.request_path}?done=opened"


OPEN = FormPage("emergency-open", "emergency", _person_values, _open, fields=("reason",), input_by_field={"reason": "reason"})
