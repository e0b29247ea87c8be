"""The distance between two visits in words: as a rule, and as it is at one visit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from kith.scheduling.v1.enums import VisitDistance, VisitGapState
from libs.rpc.enums import known_word
from services.web.drawings.distance_bar import distance_bar
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.visits.series_words import length_words, pattern_words
from services.web.pages.visits.visit_words import times_words

PATH = "/visits/distances"
_STATUS = {VisitGapState.PROPOSED: "wait", VisitGapState.AGREED: "yes"}
_MOST_VISITS = 200
"""Of a request."""


@dataclass(frozen=True)
class DistanceLine:
    """What a rule says of one visit. `warns` is empty where the visit keeps it."""

    gap: str
    says: Markup
    warns: Markup | str


@dataclass(frozen=True)
class PartWords:
    """One of the two: when it is, and its page."""

    when: str
    path: str


@dataclass(frozen=True)
class GapView:
    """A rule, and what this person may do about it now."""

    id: str
    person: str
    status: str
    says: Markup
    apart: Markup
    days: Markup | str
    drawing: Markup
    first: PartWords
    second: PartWords
    can: tuple[str, ...]
    version: int


def part_words(ctx: PageContext, part: pb.GapPart) -> PartWords:
    if part.visit_id:
        return PartWords(when_words(ctx, part.starts_at, part.ends_at), f"/visits/{part.visit_id}")
    return PartWords(str(pattern_words(ctx, part.pattern).sentence), f"/visits/series/{part.series_id}")


def when_words(ctx: PageContext, starts: Timestamp, ends: Timestamp) -> str:
    """The day and the times of a visit."""
    day = ctx.format_day(ctx.local_day(utc_datetime(starts)).isoformat())
    return f"{day}, {times_words(ctx, starts, ends)}"


def gap_view(ctx: PageContext, gap: pb.VisitGap, name: str) -> GapView:
    """`name` is that of the person whose visits they are."""
    state = known_word(pb.VisitGapState, VisitGapState, gap.state, VisitGapState.ENDED)
    apart = ctx.say(f"distance_apart.{_which(gap.least_minutes, gap.most_minutes)}", **_lengths(ctx, gap.least_minutes, gap.most_minutes))
    repeats = gap.first.series_id or gap.second.series_id
    return GapView(
        gap.gap_id,
        name,
        _STATUS.get(state, "calm"),
        ctx.say(f"distance_is.{state.value}"),
        apart,
        ctx.say("distance.next_day" if gap.next_day else "distance.same_day") if repeats else "",
        distance_bar(gap.least_minutes, gap.most_minutes, str(apart)),
        part_words(ctx, gap.first),
        part_words(ctx, gap.second),
        _possible(ctx, gap, state),
        gap.version,
    )


async def load_lines(ctx: PageContext, visits: Sequence[str]) -> Mapping[str, list[DistanceLine]]:
    """What holds for these visits, by the visit, as far as this person may see it."""
    found: list[pb.DistanceOfVisit] = []
    for begin in range(0, len(visits), _MOST_VISITS):
        request = pb.GetVisitDistancesRequest(visit_ids=visits[begin : begin + _MOST_VISITS])
        response: pb.GetVisitDistancesResponse = await ctx.call(ctx.state.services.visit_gaps.GetVisitDistances, request)
        found += response.distances
    return distance_lines(ctx, found)


def distance_lines(ctx: PageContext, found: Iterable[pb.DistanceOfVisit]) -> Mapping[str, list[DistanceLine]]:
    """By the visit."""
    lines: dict[str, list[DistanceLine]] = {}
    for one in found:
        lines.setdefault(one.visit_id, []).append(distance_line(ctx, one))
    return lines


def distance_line(ctx: PageContext, one: pb.DistanceOfVisit) -> DistanceLine:
    """The other visit is named by its times, and by its day where that is another one."""
    which = f"{'before' if one.is_first else 'after'}_{_which(one.least_minutes, one.most_minutes)}"
    day, times = ctx.local_day(utc_datetime(one.other_starts_at)), times_words(ctx, one.other_starts_at, one.other_ends_at)
    is_same = day == ctx.local_day(utc_datetime(one.starts_at))
    when = (
        ctx.say("distance.from_times", times=times)
        if is_same
        else ctx.say("distance.on_day", day=ctx.format_day(day.isoformat()), times=times)
    )
    says = ctx.say(f"distance_line.{which}", when=when, **_lengths(ctx, one.least_minutes, one.most_minutes))
    distance = known_word(pb.VisitDistance, VisitDistance, one.distance, VisitDistance.KEPT)
    warns = "" if distance is VisitDistance.KEPT else ctx.say(f"distance_line.{distance.value}")
    return DistanceLine(one.gap_id, says, warns)


def _which(least: int, most: int) -> str:
    if least and most:
        return "both"
    return "most" if most else "least"


def _lengths(ctx: PageContext, least: int, most: int) -> dict[str, str]:
    return {"least": length_words(ctx, least), "most": length_words(ctx, most)}


def _possible(ctx: PageContext, gap: pb.VisitGap, state: VisitGapState) -> tuple[str, ...]:
    is_own = gap.person_id == ctx.subject_id
    if state is VisitGapState.AGREED:
        return ("end",) if is_own else ()
    if state is not VisitGapState.PROPOSED:
        return ()
    if is_own:
        return ("agree", "decline")
    return ("withdraw",) if not ctx.acting and gap.proposed_by == ctx.person_id else ()
