"""Offers to swap: those to this worker, with a yes and a no, and those that they made themselves."""

from starlette.responses import Response

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.paging import fetch_all
from services.web.pages.qualification_view import kinds_in_words
from services.web.pages.visits.swap_offer import when_words
from services.web.pages.working_time.rest_reason import asking_for_reason, said_reason

_CHANGE = "swaps"
_DONE = ("offered", "accept", "decline", "withdraw")


async def show(ctx: PageContext) -> Response:
    """What can still be answered."""
    service = ctx.state.services.worker_weeks
    swaps = await fetch_all(ctx, service.ListSwaps, pb.ListSwapsRequest(), lambda response: response.swaps)
    names = await ctx.person_names(person for swap in swaps for person in (swap.person_id, swap.from_worker_id, swap.to_worker_id))
    rows = [
        {
            "id": swap.swap_id,
            "is_mine": swap.from_worker_id == ctx.person_id,
            "person": names[swap.person_id].full,
            "other": names[swap.to_worker_id if swap.from_worker_id == ctx.person_id else swap.from_worker_id].full,
            "when": when_words(ctx, swap.visit),
            "back": when_words(ctx, swap.return_visit) if swap.HasField("return_visit") else "",
        }
        for swap in swaps
    ]
    return ctx.render(
        "visits/swaps",
        to_me=[row for row in rows if not row["is_mine"]],
        by_me=[row for row in rows if row["is_mine"]],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Yes, no, or the offer is taken back. The service decides whether it can be."""
    services, did = ctx.state.services.worker_weeks, form.text("do")
    ids = {"request_id": form.request_id, "swap_id": form.text("swap")}
    if did == "accept":
        async with kinds_in_words(ctx):
            await ctx.call(services.AcceptSwap, pb.AcceptSwapRequest(**ids, rest_reason=said_reason(form.fields)))
    elif did == "decline":
        await ctx.call(services.DeclineSwap, pb.DeclineSwapRequest(**ids))
    elif did == "withdraw":
        await ctx.call(services.WithdrawSwap, pb.WithdrawSwapRequest(**ids))
    else:
        return ctx.redirect("/week/swaps")
    return ctx.redirect(f"/week/swaps?done={did}")


PAGE = asking_for_reason(Page("/week/swaps", show, change, _CHANGE))
