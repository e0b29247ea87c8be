"""A visit: somebody in a person's team proposes it, the person agrees, and workers of the team take it.

| state     | agree  | decline  | move     | cancel    | take   |
|-----------|--------|----------|----------|-----------|--------|
| proposed  | agreed | declined | proposed | cancelled | -      |
| agreed    | -      | -        | moving   | cancelled | agreed |
| moving    | agreed | agreed   | moving   | cancelled | moving |
| declined  | -      | -        | -        | -         | -      |
| cancelled | -      | -        | -        | -         | -      |

- Nobody but the person agrees and declines, or who acts for them. What they propose themselves is agreed with that.
- An agreed visit stays at its time, its workers come, and others can take it, until the person has agreed to another time for it. Then each
  worker says anew whether they can come: their yes was for the time before.
- The person cancels; who proposed a visit may take the proposal back until it is agreed.
- Once a visit has started, nothing of its plan changes; a proposal of another time can still be declined. When that other time has gone by,
  the visit stays at its own.
- `version` counts changes of the plan, so that nobody agrees to or takes a visit at a time that they have not seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitState
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, invalid
from services.scheduling.domain.local_clock import DAY_MINUTES, real_minute

SCOPE = "team"
"""In which somebody acts for the person: whom they have around them, and when."""
MAX_AHEAD = timedelta(weeks=53)
MOST_WORKERS = 2
COMES_AS = frozenset({"worker", "volunteer"})
"""As what somebody in a team takes visits; family and friends come without a plan."""
PAID = "worker"
TAKES_PLACE = (VisitState.AGREED, VisitState.MOVING)
"""The states of a visit that takes place at its time."""


class Step(StrEnum):
    """What people do with a visit."""

    AGREE = "agree"
    DECLINE = "decline"
    MOVE = "move"
    CANCEL = "cancel"
    TAKE = "take"


NEXT: Mapping[VisitState, Mapping[Step, VisitState]] = {
    VisitState.PROPOSED: {
        Step.AGREE: VisitState.AGREED,
        Step.DECLINE: VisitState.DECLINED,
        Step.MOVE: VisitState.PROPOSED,
        Step.CANCEL: VisitState.CANCELLED,
    },
    VisitState.AGREED: {Step.MOVE: VisitState.MOVING, Step.CANCEL: VisitState.CANCELLED, Step.TAKE: VisitState.AGREED},
    VisitState.MOVING: {
        Step.AGREE: VisitState.AGREED,
        Step.DECLINE: VisitState.AGREED,
        Step.MOVE: VisitState.MOVING,
        Step.CANCEL: VisitState.CANCELLED,
        Step.TAKE: VisitState.MOVING,
    },
    VisitState.DECLINED: {},
    VisitState.CANCELLED: {},
}


@dataclass(frozen=True)
class VisitTime:
    """In UTC, and the day by the co-op's clock on which it starts."""

    day: date
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Visit:
    """Its agreed time, or the proposed one while nothing is agreed. The `other` ones are set while another time is proposed."""

    id: UUID
    person: UUID
    team: UUID
    day: date
    starts: datetime
    ends: datetime
    workers: int
    state: VisitState
    proposed_by: UUID
    agreed_by: UUID | None = None
    other_day: date | None = None
    other_starts: datetime | None = None
    other_ends: datetime | None = None
    other_proposed_by: UUID | None = None
    version: int = 1
    series: UUID | None = None
    """Of visits that repeat."""
    series_day: date | None = None
    """For which day of the series it was made; it may have moved since."""


LONGEST = timedelta(minutes=DAY_MINUTES)


def overlaps(starts: datetime, ends: datetime, others: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether one of them is at that time; what ends as the other starts is not."""
    return any(begins < ends and starts < finishes for begins, finishes in others)


def make_time(zone: ZoneInfo, day: date | None, start: int, minutes: int, now: datetime) -> VisitTime:
    """`start` is in local minutes since midnight, `minutes` are real ones. A local time that comes twice means the first.

    Raises Invalid DATE_MALFORMED, CLOCK_TIME_MALFORMED, VISIT_LENGTH, TIME_SKIPPED for a time that a clock change leaves out, VISIT_PAST or
    VISIT_TOO_FAR.
    """
    if day is None:
        raise invalid("day", "DATE_MALFORMED")
    if not 0 <= start < DAY_MINUTES:
        raise invalid("start", "CLOCK_TIME_MALFORMED")
    if not 0 < minutes <= DAY_MINUTES:
        raise invalid("minutes", "VISIT_LENGTH")
    # Far beyond both ends of what can be planned, so that the zone is asked only for days that it can count.
    if day < now.date() - timedelta(days=2):
        raise invalid("day", "VISIT_PAST")
    if day > now.date() + MAX_AHEAD:
        raise invalid("day", "VISIT_TOO_FAR")
    local = datetime.combine(day, time(*divmod(start, 60)))
    starts = datetime.fromtimestamp(real_minute(zone, local) * 60, UTC)
    if starts.astimezone(zone).replace(tzinfo=None) != local:
        raise invalid("start", "TIME_SKIPPED")
    if starts <= now:
        raise invalid("day", "VISIT_PAST")
    return VisitTime(day, starts, starts + timedelta(minutes=minutes))


def check_workers(workers: int) -> int:
    """Raises Invalid VISIT_WORKERS."""
    if not 1 <= workers <= MOST_WORKERS:
        raise invalid("workers", "VISIT_WORKERS")
    return workers


def propose(new_id: UUID, person: UUID, team: UUID, when: VisitTime, workers: int, by: UUID) -> Visit:
    return Visit(new_id, person, team, when.day, when.starts, when.ends, check_workers(workers), VisitState.PROPOSED, by)


def agree(visit: Visit, by: UUID, now: datetime) -> Visit:
    """Raises FailedPrecondition VISIT_OVER, VISIT_AGREED or VISIT_STARTED."""
    _require_to_come(visit, now)
    if visit.other_starts is not None and visit.other_starts <= now:
        raise FailedPrecondition("VISIT_STARTED")
    agreed = _step(visit, Step.AGREE, agreed_by=by)
    if visit.other_day is None or visit.other_starts is None or visit.other_ends is None or visit.other_proposed_by is None:
        return agreed
    moved = replace(agreed, day=visit.other_day, starts=visit.other_starts, ends=visit.other_ends, proposed_by=visit.other_proposed_by)
    return _without_other_time(moved)


def decline(visit: Visit) -> Visit:
    """Raises FailedPrecondition VISIT_OVER or VISIT_AGREED."""
    return _without_other_time(_step(visit, Step.DECLINE))


def move(visit: Visit, when: VisitTime, by: UUID, now: datetime) -> Visit:
    """Another time is proposed. Raises FailedPrecondition VISIT_OVER or VISIT_STARTED."""
    _require_to_come(visit, now)
    moved = _step(visit, Step.MOVE)
    if visit.state is VisitState.PROPOSED:
        return replace(moved, day=when.day, starts=when.starts, ends=when.ends, proposed_by=by)
    return replace(moved, other_day=when.day, other_starts=when.starts, other_ends=when.ends, other_proposed_by=by)


def cancel(visit: Visit, by: UUID, now: datetime) -> Visit:
    """`by` is in whose name it is done. Raises NotAllowed NOT_YOURS_TO_CANCEL, FailedPrecondition VISIT_OVER or VISIT_STARTED."""
    if by != visit.person and not (by == visit.proposed_by and visit.state is VisitState.PROPOSED):
        raise NotAllowed("NOT_YOURS_TO_CANCEL")
    cancelled = _step(visit, Step.CANCEL)
    _require_to_come(visit, now)
    return _without_other_time(cancelled)


def require_free_place(visit: Visit, taken: int, now: datetime) -> None:
    """`taken` is by how many others. Raises FailedPrecondition VISIT_OVER, VISIT_NOT_AGREED or VISIT_STARTED, AlreadyExists VISIT_TAKEN."""
    _step(visit, Step.TAKE)
    _require_to_come(visit, now)
    if taken >= visit.workers:
        raise AlreadyExists("VISIT_TAKEN")


def require_not_started(visit: Visit, now: datetime) -> None:
    """Raises FailedPrecondition VISIT_STARTED."""
    if visit.starts <= now:
        raise FailedPrecondition("VISIT_STARTED")


def require_version(visit: Visit, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != visit.version:
        raise Conflict("VERSION_STALE", version=str(visit.version))


def _require_to_come(visit: Visit, now: datetime) -> None:
    if visit.state in (VisitState.PROPOSED, VisitState.AGREED, VisitState.MOVING):
        require_not_started(visit, now)


def _step(visit: Visit, step: Step, **changes: UUID) -> Visit:
    following = NEXT[visit.state].get(step)
    if following is None:
        raise FailedPrecondition(_refusal(visit.state))
    return replace(visit, state=following, version=visit.version + 1, **changes)  # type: ignore[arg-type]  # by whom: the only kind of change


def _refusal(state: VisitState) -> str:
    if state is VisitState.AGREED:
        return "VISIT_AGREED"
    return "VISIT_NOT_AGREED" if NEXT[state] else "VISIT_OVER"


def _without_other_time(visit: Visit) -> Visit:
    return replace(visit, other_day=None, other_starts=None, other_ends=None, other_proposed_by=None)
