"""Which visits to a person are watched over: all of them, or those of a series. Their own choice; by default none is."""

from starlette.responses import Response

from kith.scheduling.v1 import watch_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime

CHANGE, OF_VISIT = "watch-choice", "watch-visit"
_DONE = ("on", "off")


async def show(ctx: PageContext) -> Response:
    """Of the person, or of whom they act for."""
    request = pb.GetWatchedRequest(person_id=ctx.subject_id, series_id=_series(ctx))
    found: pb.GetWatchedResponse = await ctx.call(ctx.state.services.watch.GetWatched, request)
    return ctx.render(
        "watch/choice",
        series=_series(ctx),
        watched=found.watched,
        since=ctx.format_moment(utc_datetime(found.since)) if found.HasField("since") else "",
        after=found.late_after_minutes,
        held_now=found.held_now,
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """On, or off."""
    return await _choose(ctx, form, ctx.request_path, series_id=_series(ctx))


async def change_visit(ctx: PageContext, form: Form) -> Response:
    """Of one visit, from its page."""
    visit = ctx.path_param("visit")
    return await _choose(ctx, form, f"/visits/{visit}", visit_id=visit)


async def _choose(ctx: PageContext, form: Form, back: str, *, series_id: str = "", visit_id: str = "") -> Response:
    did = form.text("do")
    if did not in _DONE:
        return ctx.redirect(back)
    request = pb.SetWatchedRequest(
        request_id=form.request_id, person_id=ctx.subject_id, series_id=series_id, visit_id=visit_id, watched=did == "on"
    )
    await ctx.call(ctx.state.services.watch.SetWatched, request)
    return ctx.redirect(f"{back}?done={'watch_' if visit_id else ''}{did}")


def _series(ctx: PageContext) -> str:
    return str(ctx.request.path_params.get("series", ""))


PAGES = (
    Page("/visits/watched", show, change, CHANGE, acting=True),
    Page("/visits/series/{series:uuid}/watched", show, change, CHANGE, acting=True),
    Page("/visits/{visit:uuid}/watched", None, change_visit, OF_VISIT, acting=True),
)
