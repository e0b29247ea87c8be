"""Which visits need somebody since one of the team has left: each leads to who could take it, in one tap."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from kith.scheduling.v1 import covers_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.visits.visit_words import VisitRow, people_of, visit_row

PATH = "/visits/covers"
_CHANGE = "cover"


@dataclass(frozen=True)
class CoverView:
    """Who left, and which visits need somebody; those until `until` are looked after."""

    id: str
    leaver_id: str
    leaver: str
    until: str
    visits: Sequence[VisitRow]


async def fetch_covers(ctx: PageContext) -> list[CoverView]:
    """Of one's own visits, or those of whom somebody acts for; the newest first."""
    request = pb.GetCoversRequest(person_id=ctx.subject_id)
    found: pb.GetCoversResponse = await ctx.call(ctx.state.services.covers.GetCovers, request)
    names = await ctx.person_names(person for cover in found.covers for person in (cover.worker_id, *people_of(cover.visits)))
    return [
        CoverView(
            cover.cover_id,
            cover.worker_id,
            names[cover.worker_id].full,
            ctx.format_day(ctx.local_day(utc_datetime(cover.until)).isoformat()),
            [visit_row(ctx, visit, names) for visit in cover.visits],
        )
        for cover in found.covers
    ]


async def show(ctx: PageContext) -> Response:
    done = ctx.query_param("done")
    return ctx.render("visits/covers", covers=await fetch_covers(ctx), done=done if done == "not_needed" else "")


async def need_nobody(ctx: PageContext, form: Form) -> Response:
    """The person needs nobody in place of the one who left."""
    request = pb.NeedNoCoverRequest(request_id=form.request_id, cover_id=form.text("cover"))
    await ctx.call(ctx.state.services.covers.NeedNoCover, request)
    return ctx.redirect(f"{PATH}?done=not_needed")


PAGE = Page(PATH, show, need_nobody, _CHANGE, acting=True)
