"""A series: visits that repeat, proposed by anybody in a person's team and agreed by the person as a whole.

| state     | agree  | decline  | withdraw  | end   |
|-----------|--------|----------|-----------|-------|
| proposed  | agreed | declined | withdrawn | -     |
| agreed    | -      | -        | -         | ended |
| ended     | -      | -        | -         | ended |
| declined  | -      | -        | -         | -     |
| withdrawn | -      | -        | -         | -     |

- Nobody but the person agrees, declines and ends, or who acts for them. What they propose themselves is agreed with that. Who proposed it
  may take it back until it is agreed.
- An agreed series has its visits made `AHEAD`, each of them an agreed visit like any other: moved, cancelled and taken by itself. The
  series never makes a day's visit a second time, whatever became of the first.
- Ended, it keeps its visits until the last day. It may be ended once more, for an earlier day.
- The local time stays the same through clock changes, and the minutes are real ones. A local time that a clock change leaves out moves
  forward by as much as the clocks do (RFC 5545, section 3.3.5): half past one becomes half past two, on that day alone. One that comes
  twice is the first.
- A series that replaces another one ends that one on its own first day, when it is agreed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState
from libs.refusals import Conflict, FailedPrecondition, NotAllowed, NotFound, invalid
from services.scheduling.domain.local_clock import DAY_MINUTES, real_minute
from services.scheduling.domain.recurrence import days_of, make_rule
from services.scheduling.domain.visit import MAX_AHEAD, Visit, VisitTime, check_workers

AHEAD = timedelta(weeks=8)
"""How long before their day visits are made: as far as workers plan, and well within the days that a page lists."""
_DAY = timedelta(days=1)


class SeriesStep(StrEnum):
    """What people do with a series."""

    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    END = "end"


NEXT: Mapping[SeriesState, Mapping[SeriesStep, SeriesState]] = {
    SeriesState.PROPOSED: {
        SeriesStep.AGREE: SeriesState.AGREED,
        SeriesStep.DECLINE: SeriesState.DECLINED,
        SeriesStep.WITHDRAW: SeriesState.WITHDRAWN,
    },
    SeriesState.AGREED: {SeriesStep.END: SeriesState.ENDED},
    SeriesState.ENDED: {SeriesStep.END: SeriesState.ENDED},
    SeriesState.DECLINED: {},
    SeriesState.WITHDRAWN: {},
}


@dataclass(frozen=True)
class NewSeries:
    """What somebody proposes. `weekdays` from 1, Monday, to 7; `start` in local minutes since midnight; without `last_day` it goes on."""

    first_day: date | None
    weekdays: tuple[int, ...]
    every_weeks: int
    start: int
    minutes: int
    last_day: date | None
    workers: int


@dataclass(frozen=True)
class VisitSeries:
    """`planned_until`: the last day for which its visits are made."""

    id: UUID
    person: UUID
    team: UUID
    rule: str
    zone: str
    first_day: date
    last_day: date | None
    start: int
    minutes: int
    workers: int
    state: SeriesState
    proposed_by: UUID
    agreed_by: UUID | None = None
    replaces: UUID | None = None
    planned_until: date | None = None
    version: int = 1


def propose(
    new_id: UUID, person: UUID, team: UUID, new: NewSeries, zone: ZoneInfo, today: date, by: UUID, replaces: UUID | None = None
) -> VisitSeries:
    """`today` is the local day.

    Raises Invalid DATE_MALFORMED, CLOCK_TIME_MALFORMED, VISIT_LENGTH, VISIT_PAST, VISIT_TOO_FAR, VISIT_WORKERS or SERIES_EMPTY for a last
    day before the first visit, and what `make_rule` raises.
    """
    first_day = _check_first_day(new.first_day, today)
    if not 0 <= new.start < DAY_MINUTES:
        raise invalid("start", "CLOCK_TIME_MALFORMED")
    if not 0 < new.minutes <= DAY_MINUTES:
        raise invalid("minutes", "VISIT_LENGTH")
    rule = make_rule(new.weekdays, new.every_weeks)
    if new.last_day is not None and not days_of(rule, first_day, first_day, min(new.last_day, first_day + timedelta(days=6))):
        raise invalid("last_day", "SERIES_EMPTY")
    times = (first_day, new.last_day, new.start, new.minutes, check_workers(new.workers))
    return VisitSeries(new_id, person, team, rule, zone.key, *times, SeriesState.PROPOSED, by, replaces=replaces)


def require_replaceable(series: VisitSeries, person: UUID, today: date) -> None:
    """Raises NotFound SERIES_UNKNOWN for another person's, and what `require_running` raises."""
    if series.person != person:
        raise NotFound("SERIES_UNKNOWN")
    require_running(series, today)


def require_running(series: VisitSeries, today: date) -> None:
    """It is agreed, and has days to come. Raises FailedPrecondition SERIES_OVER or SERIES_NOT_AGREED."""
    _step(series, SeriesStep.END)
    _require_to_come(series, today)


def agree(series: VisitSeries, by: UUID, today: date) -> VisitSeries:
    """Raises FailedPrecondition SERIES_OVER or SERIES_AGREED."""
    agreed = _step(series, SeriesStep.AGREE, agreed_by=by)
    _require_to_come(series, today)
    return agreed


def decline(series: VisitSeries) -> VisitSeries:
    """Raises FailedPrecondition SERIES_OVER or SERIES_AGREED."""
    return _step(series, SeriesStep.DECLINE)


def withdraw(series: VisitSeries, by: UUID) -> VisitSeries:
    """Raises NotAllowed NOT_YOURS_TO_WITHDRAW, FailedPrecondition SERIES_OVER or SERIES_AGREED."""
    if by != series.proposed_by:
        raise NotAllowed("NOT_YOURS_TO_WITHDRAW")
    return _step(series, SeriesStep.WITHDRAW)


def end(series: VisitSeries, from_day: date, today: date) -> VisitSeries:
    """`from_day` is the first without its visits. Raises Invalid VISIT_PAST or SERIES_ENDS_EARLIER, FailedPrecondition SERIES_OVER or
    SERIES_NOT_AGREED.
    """
    ended = _step(series, SeriesStep.END)
    _require_to_come(series, today)
    if from_day < today:
        raise invalid("from_day", "VISIT_PAST")
    if series.last_day is not None and from_day > series.last_day:
        raise invalid("from_day", "SERIES_ENDS_EARLIER")
    return replace(ended, last_day=from_day - _DAY)


def begins_on(series: VisitSeries, today: date, now: datetime) -> date:
    """From which day it stands in the place of another one: not from today where today's time has gone by already."""
    is_too_late = today in days_between(series, today, today) and time_on(series, today).starts <= now
    return max(series.first_day, today + _DAY if is_too_late else today)


def make_way(series: VisitSeries, from_day: date, today: date) -> VisitSeries | None:
    """The series as another one leaves it that stands in its place from that day; None where it is over by then already."""
    if SeriesStep.END not in NEXT[series.state] or (series.last_day is not None and series.last_day < from_day):
        return None
    return end(series, from_day, today)


def require_version(series: VisitSeries, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != series.version:
        raise Conflict("VERSION_STALE", version=str(series.version))


def is_over(series: VisitSeries, today: date) -> bool:
    return series.last_day is not None and series.last_day < today


def days_between(series: VisitSeries, begin: date, end_day: date) -> list[date]:
    """The days from `begin` to `end_day` on which it has a visit."""
    last = end_day if series.last_day is None else min(end_day, series.last_day)
    return days_of(series.rule, series.first_day, begin, last)


def days_to_plan(series: VisitSeries, today: date) -> tuple[list[date], date]:
    """The days for which visits are to be made now, and the last day that is looked after with that. No day comes twice."""
    until = today + AHEAD
    begin = today if series.planned_until is None else max(today, series.planned_until + _DAY)
    return days_between(series, begin, until), max(until, series.planned_until or until)


def time_on(series: VisitSeries, day: date) -> VisitTime:
    """When the visit of that day is."""
    local = datetime.combine(day, time(*divmod(series.start, 60)))
    starts = datetime.fromtimestamp(real_minute(ZoneInfo(series.zone), local) * 60, UTC)
    return VisitTime(day, starts, starts + timedelta(minutes=series.minutes))


def is_at_its_time(series: VisitSeries, visit: Visit) -> bool:
    """Whether a visit of the series is when the series says, and not moved."""
    return visit.series_day is not None and VisitTime(visit.day, visit.starts, visit.ends) == time_on(series, visit.series_day)


def _check_first_day(day: date | None, today: date) -> date:
    if day is None:
        raise invalid("first_day", "DATE_MALFORMED")
    if day < today:
        raise invalid("first_day", "VISIT_PAST")
    if day > today + MAX_AHEAD:
        raise invalid("first_day", "VISIT_TOO_FAR")
    return day


def _require_to_come(series: VisitSeries, today: date) -> None:
    if is_over(series, today):
        raise FailedPrecondition("SERIES_OVER")


def _step(series: VisitSeries, step: SeriesStep, *, agreed_by: UUID | None = None) -> VisitSeries:
    following = NEXT[series.state].get(step)
    if following is None:
        raise FailedPrecondition(_refusal(series.state))
    return replace(series, state=following, version=series.version + 1, agreed_by=agreed_by or series.agreed_by)


def _refusal(state: SeriesState) -> str:
    if state is SeriesState.PROPOSED:
        return "SERIES_NOT_AGREED"
    return "SERIES_AGREED" if NEXT[state] else "SERIES_OVER"
