"""When a worker really started and finished: by the local clock as they write it, in UTC as it is stored."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.refusals import FailedPrecondition, invalid
from services.scheduling.domain.local_clock import DAY_MINUTES, real_minute
from services.scheduling.domain.visit import Visit

EARLY = timedelta(minutes=15)
"""So long before a visit starts, a worker who is there may say so."""
LONGEST = timedelta(hours=24)
MOST_BESIDE = 600
"""Minutes of travel or waiting for one visit: more is most likely a slip."""
AROUND = timedelta(hours=12)
"""Who started longer before or after the planned time than this has most likely chosen the wrong day."""


@dataclass(frozen=True)
class WorkedTime:
    """In UTC, whole minutes. `travel` to the visit and `waiting` before it are minutes of work beside it."""

    starts: datetime
    ends: datetime
    travel: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class LocalMoment:
    """A minute by the co-op's clock: minutes since midnight. Without a day the text for it was none."""

    day: date | None
    minute: int


def is_time_to_begin(visit: Visit, now: datetime) -> bool:
    """Whether there can be a record of it."""
    return now >= visit.starts - EARLY


def require_time_to_begin(visit: Visit, now: datetime) -> None:
    """Raises FailedPrecondition RECORD_TOO_EARLY."""
    if not is_time_to_begin(visit, now):
        raise FailedPrecondition("RECORD_TOO_EARLY")


def require_day_of(visit: Visit, starts: datetime) -> datetime:
    """Raises Invalid RECORD_OTHER_DAY."""
    if not visit.starts - AROUND <= starts <= visit.ends + AROUND:
        raise invalid("starts", "RECORD_OTHER_DAY")
    return starts


def worked_time(
    zone: ZoneInfo,
    visit: Visit,
    begun: datetime | None,
    starts: LocalMoment | None,
    ends: LocalMoment | None,
    now: datetime,
    said: Collection[datetime] = (),
) -> WorkedTime:
    """`begun` is when the worker said that they start, which counts where they write no start. Without an end it is now.

    A local time that comes twice means what was `said` of the visit before, if it is one of those; else the first, but for an end that
    would lie before its start. Raises Invalid DATE_MALFORMED, CLOCK_TIME_MALFORMED, TIME_SKIPPED, RECORD_START_MISSING, RECORD_OTHER_DAY,
    RECORD_ENDS_FIRST, RECORD_TOO_LONG or RECORD_IN_FUTURE.
    """
    started = moment_of(zone, visit, "starts", starts, said) if starts else begun
    if started is None:
        raise invalid("starts", "RECORD_START_MISSING")
    later = [moment for moment in said if moment > started]
    finished = moment_of(zone, visit, "ends", ends, later, after=started) if ends else now.replace(second=0, microsecond=0)
    require_day_of(visit, started)
    if max(started, finished) > now:
        raise invalid("starts" if started > now else "ends", "RECORD_IN_FUTURE")
    if finished <= started:
        raise invalid("ends", "RECORD_ENDS_FIRST")
    if finished - started > LONGEST:
        raise invalid("ends", "RECORD_TOO_LONG")
    return WorkedTime(started, finished)


def with_minutes_beside(worked: WorkedTime, travel: int, waiting: int) -> WorkedTime:
    """Raises Invalid MINUTES_WRONG."""
    for field, minutes in (("travel_minutes", travel), ("waiting_minutes", waiting)):
        if not 0 <= minutes <= MOST_BESIDE:
            raise invalid(field, "MINUTES_WRONG", at_most=str(MOST_BESIDE))
    return replace(worked, travel=travel, waiting=waiting)


def moment_of(
    zone: ZoneInfo, visit: Visit, field: str, local: LocalMoment, said: Collection[datetime], after: datetime | None = None
) -> datetime:
    """In UTC. Of a local time that comes twice it is one that was `said` before, else the first that is not before `after`.

    Raises Invalid DATE_MALFORMED, CLOCK_TIME_MALFORMED, RECORD_OTHER_DAY or TIME_SKIPPED.
    """
    if local.day is None:
        raise invalid(field, "DATE_MALFORMED")
    if not 0 <= local.minute < DAY_MINUTES:
        raise invalid(field, "CLOCK_TIME_MALFORMED")
    # Asked before the zone is, which cannot count the very first and last days there are.
    if abs(local.day - visit.day) > timedelta(days=3):
        raise invalid(field, "RECORD_OTHER_DAY")
    clock = datetime.combine(local.day, time(*divmod(local.minute, 60)))
    for known in said:
        if known.astimezone(zone).replace(tzinfo=None) == clock:
            return known
    moment = datetime.fromtimestamp(real_minute(zone, clock) * 60, UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != clock:
        raise invalid(field, "TIME_SKIPPED")
    second = clock.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return second if after is not None and moment <= after < second else moment
