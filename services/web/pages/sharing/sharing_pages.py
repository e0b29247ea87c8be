"""What somebody shares with others: the list, and one agreement with its visits and what can be done about it."""

from starlette.responses import Response

from kith.scheduling.v1 import sharings_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.sharing.sharing_words import PATH, other_of, sharing_view
from services.web.pages.visits.visit_words import times_words

CHANGE = "sharing"
_DONE = ("proposed", "yes", "no", "withdraw", "end")
_SHOWN = 5


async def show_list(ctx: PageContext) -> Response:
    """What goes on, and what waits for a yes."""
    request = pb.GetSharingsRequest(person_id=ctx.subject_id)
    found: pb.GetSharingsResponse = await ctx.call(ctx.state.services.sharings.GetSharings, request)
    names = await ctx.person_names([other_of(ctx, sharing) for sharing in found.sharings])
    return ctx.render(
        "sharing/list",
        sharings=[sharing_view(ctx, sharing, names) for sharing in found.sharings],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def show(ctx: PageContext) -> Response:
    """Raises NotFound SHARING_UNKNOWN."""
    request = pb.GetSharingRequest(sharing_id=ctx.path_param("sharing"))
    found: pb.GetSharingResponse = await ctx.call(ctx.state.services.sharings.GetSharing, request)
    names = await ctx.person_names([other_of(ctx, found.sharing), *found.worker_ids])
    visits = [
        {
            "id": visit.visit_id if visit.is_shared or found.sharing.person_id == ctx.subject_id else "",
            "day": ctx.format_day(ctx.local_day(utc_datetime(visit.starts_at)).isoformat()),
            "times": times_words(ctx, visit.starts_at, visit.ends_at),
            "is_shared": visit.is_shared,
        }
        for visit in found.visits
    ]
    view = sharing_view(ctx, found.sharing, names)
    return ctx.render(
        "sharing/one",
        one=view,
        visits=visits[:_SHOWN],
        later=visits[_SHOWN:],
        workers=[names[worker].full for worker in found.worker_ids],
        knows_workers="withdraw" not in view.can and bool(view.can),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Yes, no, take back or end. The service decides whether the person may."""
    services, sharing, did = ctx.state.services.sharings, ctx.path_param("sharing"), form.text("do")
    ids, version = {"request_id": form.request_id, "sharing_id": sharing}, form.shown_number()
    if did in ("yes", "no"):
        await ctx.call(services.AnswerSharing, pb.AnswerSharingRequest(**ids, version=version, agrees=did == "yes"))
    elif did == "withdraw":
        await ctx.call(services.WithdrawSharing, pb.WithdrawSharingRequest(**ids, version=version))
    elif did == "end":
        await ctx.call(services.EndSharing, pb.EndSharingRequest(**ids, version=version))
    else:
        return ctx.redirect(f"{PATH}/{sharing}")
    return ctx.redirect(f"{PATH}/{sharing}?done={did}" if did == "yes" else f"{PATH}?done={did}")


PAGES = (
    Page(PATH, show_list, acting=True),
    Page(f"{PATH}/{{sharing:uuid}}", show, change, CHANGE, acting=True),
)
