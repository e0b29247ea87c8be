"""Who holds the watch, for everybody; and what the one who is asked or holds it, and a secretary, can do about that."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import watch_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, PersonName, utc_datetime

CHANGE = "watch"
SECRETARY = "secretary"
_DONE = ("asked", "accept", "decline", "hand_back", "end")


@dataclass(frozen=True)
class DutyView:
    """One person's turn; `can` is what the reader can do about it."""

    id: str
    rank: int
    name: str
    is_mine: bool
    is_asked: bool
    when: Markup
    can: tuple[str, ...]


async def show(ctx: PageContext) -> Response:
    """The turns in the order in which they are told."""
    hat = watch_hat(ctx)
    found: pb.GetWatchResponse = await ctx.call(ctx.state.services.watch.GetWatch, pb.GetWatchRequest(), hat)
    names = await ctx.person_names([duty.holder_id for duty in found.duties])
    duties = [_view(ctx, duty, names, is_secretary=hat == SECRETARY) for duty in found.duties]
    return ctx.render(
        "watch/holders",
        duties=[duty for duty in duties if not (duty.is_mine and duty.is_asked)],
        asked=[duty for duty in duties if duty.is_mine and duty.is_asked],
        held_now=found.held_now,
        after=found.next_after_minutes,
        gaps=[gap_words(ctx, gap) for gap in found.gaps],
        is_secretary=hat == SECRETARY,
        looks_after=hat == SECRETARY or any(duty.is_mine and not duty.is_asked for duty in duties),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Say yes or no, hand it back, or, as a secretary, end it."""
    watch, duty, did = ctx.state.services.watch, form.text("duty"), form.text("do")
    if did == "accept":
        await ctx.call(watch.AcceptWatch, pb.AcceptWatchRequest(request_id=form.request_id, duty_id=duty))
    elif did == "decline":
        await ctx.call(watch.DeclineWatch, pb.DeclineWatchRequest(request_id=form.request_id, duty_id=duty))
    elif did == "hand_back":
        await ctx.call(watch.HandBackWatch, pb.HandBackWatchRequest(request_id=form.request_id, duty_id=duty))
    elif did == "end":
        await ctx.call(watch.EndWatch, pb.EndWatchRequest(request_id=form.request_id, duty_id=duty), SECRETARY)
    return ctx.redirect(f"/watch?done={did}")


def watch_hat(ctx: PageContext) -> str:
    """Secretaries look after what nobody else does: as such they see it."""
    return SECRETARY if ctx.has_hat(SECRETARY) else ""


def gap_words(ctx: PageContext, gap: pb.WatchGap) -> Markup:
    begin, end = utc_datetime(gap.begins_at), utc_datetime(gap.ends_at)
    return ctx.say("watch.gap", begin=ctx.format_moment(begin), end=ctx.format_moment(end))


def _view(ctx: PageContext, duty: pb.WatchDuty, names: Mapping[str, PersonName], *, is_secretary: bool) -> DutyView:
    is_mine, is_asked = duty.holder_id == ctx.person_id, duty.state == pb.WATCH_DUTY_STATE_ASKED
    can: tuple[str, ...] = ()
    if is_mine:
        can = ("accept", "decline") if is_asked else ("hand_back",)
    elif is_secretary:
        can = ("end",)
    return DutyView(duty.duty_id, duty.rank, names[duty.holder_id].full, is_mine, is_asked, _when(ctx, duty), can)


def _when(ctx: PageContext, duty: pb.WatchDuty) -> Markup:
    first = ctx.format_moment(utc_datetime(duty.begins_at))
    if not duty.HasField("ends_at"):
        return ctx.say("watch.from", first=first)
    return ctx.say("watch.span", first=first, last=ctx.format_moment(utc_datetime(duty.ends_at)))


PAGE = Page("/watch", show, change, CHANGE)
