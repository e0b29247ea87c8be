"""Who said that the average week does not bind them: the record that the co-op keeps, for a secretary."""

from starlette.responses import Response

from kith.scheduling.v1 import working_time_pb2 as pb
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.paging import fetch_all
from services.web.pages.working_time.hours_words import opt_out_words


async def show(ctx: PageContext) -> Response:
    """The latest first day first."""
    found = await fetch_all(ctx, ctx.state.services.working_time.ListOptOuts, pb.ListOptOutsRequest(), lambda response: response.opt_outs)
    names = await ctx.person_names([each.worker_id for each in found])
    rows = [
        {"name": names[each.worker_id].full, "path": f"/members/{each.worker_id}/hours", "words": opt_out_words(ctx, each)}
        for each in found
    ]
    return ctx.render("working_time/opt_outs", rows=rows)


PAGE = Page("/members/opt-outs", show, access=Access.SECRETARY)
