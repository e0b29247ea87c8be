"""Who holds the watch: people whom a secretary asked and who said yes, the first of them, the second and so on, each for some days.

| state       | accept | decline  | hand back   | end   |
|-------------|--------|----------|-------------|-------|
| asked       | held   | declined | -           | ended |
| held        | -      | -        | handed_back | ended |
| declined    | -      | -        | -           | -     |
| handed_back | -      | -        | -           | -     |
| ended       | -      | -        | -           | -     |

- A secretary asks and ends; nobody holds the watch who has not said yes, and each hands it back when they like, without a reason.
- It is held from `begins` until just before `ends`; then it is over by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import WatchDutyState
from libs.refusals import FailedPrecondition, NotAllowed, invalid
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.visit import MAX_AHEAD

LAST_RANK = 9


class DutyStep(StrEnum):
    """What people do with a turn."""

    ACCEPT = "accept"
    DECLINE = "decline"
    HAND_BACK = "hand_back"
    END = "end"


_ASKED, _HELD, _DECLINED, _HANDED_BACK, _ENDED = WatchDutyState
NEXT: Mapping[WatchDutyState, Mapping[DutyStep, WatchDutyState]] = {
    _ASKED: {DutyStep.ACCEPT: _HELD, DutyStep.DECLINE: _DECLINED, DutyStep.END: _ENDED},
    _HELD: {DutyStep.HAND_BACK: _HANDED_BACK, DutyStep.END: _ENDED},
    _DECLINED: {},
    _HANDED_BACK: {},
    _ENDED: {},
}


@dataclass(frozen=True)
class WatchDuty:
    """Somebody's turn. `rank` 1 is told first; of two with the same rank the one who was asked first."""

    id: UUID
    holder: UUID
    rank: int
    begins: datetime
    ends: datetime | None
    state: WatchDutyState
    asked_by: UUID
    asked_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None


def ask(new_id: UUID, holder: UUID, rank: int, zone: ZoneInfo, first: date | None, last: date | None, by: UUID, now: datetime) -> WatchDuty:
    """Whole days by the clock of `zone`. Without a first day, or from today, it begins at this moment.

    Raises Invalid WATCH_RANK, WATCH_PAST, WATCH_ENDS_BEFORE or VISIT_TOO_FAR.
    """
    if not 1 <= rank <= LAST_RANK:
        raise invalid("rank", "WATCH_RANK")
    today = now.astimezone(zone).date()
    begin = first or today
    if begin < today:
        raise invalid("first_day", "WATCH_PAST")
    if last is not None and last < begin:
        raise invalid("last_day", "WATCH_ENDS_BEFORE")
    for field, day in (("first_day", begin), ("last_day", last or begin)):
        if day > today + MAX_AHEAD:
            raise invalid(field, "VISIT_TOO_FAR")
    begins = now if begin == today else midnight(zone, begin)
    ends = midnight(zone, last + timedelta(days=1)) if last else None
    return WatchDuty(new_id, holder, rank, begins, ends, _ASKED, by, now)


def accept(duty: WatchDuty, by: UUID, now: datetime) -> WatchDuty:
    """Raises NotAllowed WATCH_NOT_FOR_YOU, FailedPrecondition WATCH_DUTY_OVER."""
    _require_holder(duty, by)
    return replace(_step(duty, DutyStep.ACCEPT, now), answered_at=now)


def decline(duty: WatchDuty, by: UUID, now: datetime) -> WatchDuty:
    """Raises NotAllowed WATCH_NOT_FOR_YOU, FailedPrecondition WATCH_DUTY_OVER."""
    _require_holder(duty, by)
    return replace(_step(duty, DutyStep.DECLINE, now), answered_at=now)


def hand_back(duty: WatchDuty, by: UUID, now: datetime) -> WatchDuty:
    """Raises NotAllowed WATCH_NOT_FOR_YOU, FailedPrecondition WATCH_DUTY_OVER."""
    _require_holder(duty, by)
    return replace(_step(duty, DutyStep.HAND_BACK, now), ended_at=now)


def end(duty: WatchDuty, now: datetime) -> WatchDuty:
    """Raises FailedPrecondition WATCH_DUTY_OVER."""
    return replace(_step(duty, DutyStep.END, now), ended_at=now)


def _require_holder(duty: WatchDuty, by: UUID) -> None:
    if by != duty.holder:
        raise NotAllowed("WATCH_NOT_FOR_YOU")


def _step(duty: WatchDuty, step: DutyStep, now: datetime) -> WatchDuty:
    following = NEXT[duty.state].get(step)
    if following is None or (duty.ends is not None and duty.ends <= now):
        raise FailedPrecondition("WATCH_DUTY_OVER")
    return replace(duty, state=following)
