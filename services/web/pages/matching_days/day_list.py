"""The matching days of the co-op: the one that waits, and earlier ones."""

from dataclasses import dataclass

from starlette.responses import Response

from kith.matching.v1 import matching_days_pb2 as pb
from kith.matching.v1.enums import MatchingDayState
from libs.rpc.enums import known_word
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.motion_view import StatusLabel

PATH = "/people/days"
_COLOURS = {MatchingDayState.OPEN: "wait", MatchingDayState.RUN: "yes", MatchingDayState.CALLED_OFF: "no"}


@dataclass(frozen=True)
class DayView:
    """One matching day in words. `is_waiting` until it was run or called off."""

    id: str
    path: str
    words: str
    status: StatusLabel
    is_open: bool
    is_closed: bool
    is_run: bool
    closes: str
    runs: str
    commitment: str
    entries: int
    pairs: int

    @property
    def is_waiting(self) -> bool:
        return self.is_open or self.is_closed


async def show(ctx: PageContext) -> Response:
    """The newest first."""
    found: pb.GetMatchingDaysResponse = await ctx.call(ctx.state.services.matching_days.GetMatchingDays, pb.GetMatchingDaysRequest())
    days = [day_view(ctx, day) for day in found.days]
    can_announce = found.wanted and not ctx.acting and ctx.has_hat("secretary") and not any(day.is_waiting for day in days)
    return ctx.render("matching_days/list", days=days, wanted=found.wanted, can_announce=can_announce)


def day_view(ctx: PageContext, day: pb.MatchingDay) -> DayView:
    state = known_word(pb.MatchingDayState, MatchingDayState, day.state, MatchingDayState.CLOSED)
    return DayView(
        day.day_id,
        f"{PATH}/{day.day_id}",
        day.words,
        StatusLabel(_COLOURS.get(state, "calm"), ctx.say(f"day_state.{state.value}")),
        state is MatchingDayState.OPEN,
        state is MatchingDayState.CLOSED,
        state is MatchingDayState.RUN,
        ctx.format_moment(utc_datetime(day.closes_at)),
        ctx.format_moment(utc_datetime(day.runs_at)),
        day.commitment,
        day.entries,
        day.pairs,
    )


PAGE = Page(PATH, show, acting=True)
