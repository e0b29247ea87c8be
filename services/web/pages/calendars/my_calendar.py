"""Where a person gets the address of their calendar, changes it, and ends it."""

from starlette.responses import Response

from kith.scheduling.v1 import calendars_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.calendars import feed
from services.web.pages.calendars.addresses import CalendarAddresses

PATH, CHANGE = "/week/calendar", "calendar"


async def show(ctx: PageContext) -> Response:
    """The address, if there is one, and what anybody who has it can read."""
    found: pb.GetCalendarResponse = await ctx.call(ctx.state.services.calendars.GetCalendar, pb.GetCalendarRequest())
    address = ""
    if found.calendar_key:
        file_name = CalendarAddresses(ctx.state.forms_key).file_name(found.calendar_key)
        address = f"{ctx.state.co_op.public_url}{feed.PATH}/{file_name}"
    return ctx.render(
        "calendars/my_calendar",
        address=address,
        # The scheme by which phones know that it is a calendar to follow, not a file to keep.
        follow=f"webcal:{address.partition(':')[2]}" if address else "",
        opened_at=ctx.format_moment(utc_datetime(found.opened_at)) if address else "",
        is_local=ctx.state.co_op.is_local,
        done=ctx.query_param("done") if ctx.query_param("done") in {"open", "close"} else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """A new address, or none any more."""
    services, do = ctx.state.services.calendars, form.text("do")
    if do == "open":
        await ctx.call(services.OpenCalendar, pb.OpenCalendarRequest(request_id=form.request_id))
    elif do == "close":
        await ctx.call(services.CloseCalendar, pb.CloseCalendarRequest(request_id=form.request_id))
    else:
        return ctx.redirect(PATH)
    return ctx.redirect(f"{PATH}?done={do}")


PAGE = Page(PATH, show, change, CHANGE)
