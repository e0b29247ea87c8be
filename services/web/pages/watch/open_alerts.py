"""What is open, for who holds the watch and for secretaries: "I have it", and "it is sorted", with words."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.scheduling.v1 import watch_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, form_page
from services.web.pages.watch.alert_words import alert_view, people_of
from services.web.pages.watch.holders import watch_hat

CHANGE = "watch-take"
_DONE = ("taken", "sorted")


async def show(ctx: PageContext) -> Response:
    """Raises NotAllowed WATCH_NEEDED."""
    alerts = await _list(ctx)
    names = await ctx.person_names(people_of(alerts))
    return ctx.render(
        "watch/open",
        alerts=[alert_view(ctx, alert, names) for alert in alerts],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def take(ctx: PageContext, form: Form) -> Response:
    """The reader has it: nobody else is told."""
    request = pb.TakeAlertRequest(request_id=form.request_id, alert_id=form.text("alert"))
    await ctx.call(ctx.state.services.watch.TakeAlert, request, watch_hat(ctx))
    return ctx.redirect("/watch/open?done=taken")


async def _list(ctx: PageContext) -> list[pb.Alert]:
    response: pb.GetOpenAlertsResponse = await ctx.call(ctx.state.services.watch.GetOpenAlerts, pb.GetOpenAlertsRequest(), watch_hat(ctx))
    return list(response.alerts)


async def _sort_values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    alert = next((alert for alert in await _list(ctx) if alert.alert_id == ctx.path_param("alert")), None)
    if alert is None:
        return {"alert": None}
    return {"alert": alert_view(ctx, alert, await ctx.person_names(people_of([alert])))}


async def _sort(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.SortAlertRequest(request_id=request_id, alert_id=ctx.path_param("alert"), words=fields["words"])
    await ctx.call(ctx.state.services.watch.SortAlert, request, watch_hat(ctx))
    return "/watch/open?done=sorted"


SORT = FormPage("watch-sorted", "watch/sorted", _sort_values, _sort, fields=("words",), input_by_field={"words": "words"})
PAGE = Page("/watch/open", show, take, CHANGE)
SORT_PAGE = form_page("/watch/open/{alert:uuid}/sorted", SORT, Access.MEMBER)
