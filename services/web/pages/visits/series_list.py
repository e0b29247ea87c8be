"""Visits that repeat: one's own, and those of the teams one is in."""

from starlette.responses import Response

from kith.scheduling.v1 import visit_series_pb2 as pb
from services.web.page_context import PageContext
from services.web.pages.visits.series_words import series_row

_DONE = ("proposed", "withdrawn")


async def show(ctx: PageContext) -> Response:
    """What is proposed and what goes on."""
    request = pb.ListSeriesRequest(page_token=ctx.query_param("page"))
    response: pb.ListSeriesResponse = await ctx.call(ctx.state.services.visit_series.ListSeries, request)
    names = await ctx.person_names({series.person_id for series in response.series})
    return ctx.render(
        "visits/series_list",
        rows=[series_row(ctx, series, names[series.person_id].full) for series in response.series],
        more=ctx.next_page(response.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )
