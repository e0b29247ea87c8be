"""The calendar file at its address, for who has the address: a calendar fetches it again and again, and signs in nowhere."""

from starlette.responses import Response

from kith.scheduling.v1 import calendars_pb2 as pb
from libs.refusals import NotFound
from services.web.http.etags import has_current, weak_tag
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.calendars.addresses import CalendarAddresses

PATH = "/calendar"


async def show(ctx: PageContext) -> Response:
    """Nothing for a calendar that has it already. Raises NotFound CALENDAR_UNKNOWN, for a guess and for one that has ended alike."""
    key = CalendarAddresses(ctx.state.forms_key).read(ctx.path_param("calendar"))
    if not key:
        raise NotFound("CALENDAR_UNKNOWN")
    # Imported where it is used: no page needs it.
    from services.web.pages.calendars.calendar_file import calendar_file

    services = ctx.state.services
    visits: pb.ReadCalendarResponse = await services.call(
        services.calendars.ReadCalendar, pb.ReadCalendarRequest(calendar_key=key), ctx.state.service_token()
    )
    data = calendar_file(visits.visits, ctx.state.co_op.zone, str(ctx.say("calendar.name")), str(ctx.say("calendar.visit")))
    headers = {"etag": weak_tag(data), "cache-control": "private, no-cache"}
    if has_current(ctx.request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = 'inline; filename="visits.ics"'
    return Response(data, media_type="text/calendar; charset=utf-8", headers=headers)


PAGE = Page(f"{PATH}/{{calendar}}", show, access=Access.ANYBODY)
