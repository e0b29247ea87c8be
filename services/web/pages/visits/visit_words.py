"""A visit in words: when it is, how far its plan has come, and who comes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup

from kith.scheduling.v1 import visits_pb2 as pb
from kith.scheduling.v1.enums import VisitState
from libs.rpc.enums import known_word
from services.web.localisation import dates
from services.web.page_context import PageContext, PersonName, utc_datetime

TAKES_PLACE = (VisitState.AGREED, VisitState.MOVING)
_STATUS = {VisitState.AGREED: "yes", VisitState.DECLINED: "no", VisitState.CANCELLED: "no"}

_TIMES = {"": "visit.times", "between": "visit.times_between", "before": "visit.times_before", "after": "visit.times_after"}
"""By where the clocks go back."""


@dataclass(frozen=True)
class VisitRow:
    """One visit in a list. `day` is an ISO date by the co-op's clock."""

    id: str
    day: str
    day_words: str
    starts: datetime
    times: Markup
    name: str
    is_mine: bool
    status: str
    says: Markup
    version: int
    shared: Markup | str = ""
    """Who else is there, in words to who looks; empty where nobody shares the visit."""


def people_of(visits: Iterable[pb.Visit]) -> list[str]:
    """Ids of everybody whom a list of these visits names."""
    return [person for visit in visits for person in (visit.person_id, *shared_by(visit), *visit.worker_ids)]


def visit_row(ctx: PageContext, visit: pb.Visit, names: Mapping[str, PersonName], *, is_taken: bool = False) -> VisitRow:
    """`names` are those of `people_of`; `is_taken`: by who looks at it."""
    day = ctx.local_day(utc_datetime(visit.starts_at)).isoformat()
    status, says = _state_words(ctx, visit, [names[worker].full for worker in visit.worker_ids], is_taken=is_taken)
    return VisitRow(
        visit.visit_id,
        day,
        ctx.format_day(day),
        utc_datetime(visit.starts_at),
        times_words(ctx, visit.starts_at, visit.ends_at),
        names[visit.person_id].full,
        visit.person_id == ctx.subject_id,
        status,
        says,
        visit.version,
        shared_words(ctx, visit, names),
    )


def shared_by(visit: pb.Visit) -> list[str]:
    """Who shares it, if anybody does."""
    return [visit.sharer_id] if visit.sharer_id else []


def shared_words(ctx: PageContext, visit: pb.Visit, names: Mapping[str, PersonName]) -> Markup | str:
    """Who else is there; to each of the two the other one, to all others both."""
    if not visit.sharer_id:
        return ""
    if visit.person_id == ctx.subject_id:
        return ctx.say("sharing.with_you", name=names[visit.sharer_id].full)
    if visit.sharer_id == ctx.subject_id:
        return ctx.say("sharing.you_are_at", name=names[visit.person_id].full)
    return ctx.say("sharing.with_both", name=names[visit.person_id].full, other=names[visit.sharer_id].full)


def times_words(ctx: PageContext, starts: Timestamp, ends: Timestamp) -> Markup:
    """From when until when; with the day of the end if it is another one, and where the clocks go back, on which side of that."""
    begin, end, zone = utc_datetime(starts), utc_datetime(ends), ctx.state.co_op.zone
    same_day = ctx.local_day(begin) == ctx.local_day(end)
    key = _TIMES[dates.clocks_go_back(begin, end, zone)]
    return ctx.say(key, start=dates.format_hour(begin, zone), end=dates.format_hour(end, zone) if same_day else ctx.format_moment(end))


def state_of(visit: pb.Visit) -> VisitState | None:
    """None for a state that only a newer version knows."""
    return known_word(pb.VisitState, VisitState, visit.state, None)


def is_over(ctx: PageContext, visit: pb.Visit) -> bool:
    """Whether its time has passed, whatever happened in it."""
    return utc_datetime(visit.ends_at) <= ctx.now


def _state_words(ctx: PageContext, visit: pb.Visit, workers: Sequence[str], *, is_taken: bool) -> tuple[str, Markup]:
    state = state_of(visit)
    if state is VisitState.AGREED and is_over(ctx, visit):
        return _past_words(ctx, visit, workers, is_taken=is_taken)
    if state is VisitState.AGREED:
        if is_taken:
            return "yes", ctx.say("visit.you_come")
        if visit.free_places > 0:
            return "wait", ctx.say("visit.needed", visit.free_places)
        # A visit needs at most two.
        return "yes", ctx.say("visit.comes", len(workers), first=workers[0], second=workers[-1]) if workers else ctx.say("visit.covered")
    return _STATUS.get(state, "wait") if state else "wait", ctx.say(f"visit_is.{state.value}") if state else Markup()


def _past_words(ctx: PageContext, visit: pb.Visit, workers: Sequence[str], *, is_taken: bool) -> tuple[str, Markup]:
    """What was planned: what became of it, the record says."""
    if is_taken:
        return "yes", ctx.say("visit.you_were_to_come")
    if visit.free_places > 0:
        return "no", ctx.say("visit.was_needed", visit.free_places)
    if not workers:
        return "yes", ctx.say("visit.was_covered")
    return "yes", ctx.say("visit.was_to_come", len(workers), first=workers[0], second=workers[-1])
