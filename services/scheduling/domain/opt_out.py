"""A worker says that the average week does not bind them: Working Time Regulations 1998, regulations 4(1) and 5.

Nobody can say so for them, and nobody under 18 can: regulation 5A has no such agreement. They end it with the notice that the rulebook
asks for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.refusals import AlreadyExists, FailedPrecondition, invalid
from services.scheduling.domain.terms import LATEST


@dataclass(frozen=True)
class OptOut:
    """From `first_day` until `last_day`, both included; without one until they end it, which they said at `ended_at`."""

    id: UUID
    worker: UUID
    first_day: date
    last_day: date | None
    said_at: datetime
    ended_at: datetime | None = None


def require_opt_out(first_day: date | None, today: date, earlier: Iterable[OptOut], *, is_adult: bool) -> date:
    """The first day. Raises Invalid DATE_MALFORMED, OPT_OUT_PAST or OPT_OUT_FOR_ADULTS, AlreadyExists OPT_OUT_THERE."""
    if first_day is None or first_day > LATEST:
        raise invalid("first_day", "DATE_MALFORMED")
    if first_day < today:
        raise invalid("first_day", "OPT_OUT_PAST")
    if not is_adult:
        raise invalid("is_adult", "OPT_OUT_FOR_ADULTS")
    for other in earlier:
        if other.last_day is None or first_day <= other.last_day:
            raise AlreadyExists("OPT_OUT_THERE")
    return first_day


def last_day_of(opt_out: OptOut, today: date, notice_days: int) -> date | None:
    """The last day of one that is ended today: so many whole days follow today. None for one that has not begun, and never does.

    Raises FailedPrecondition OPT_OUT_ENDED.
    """
    if opt_out.last_day is not None:
        raise FailedPrecondition("OPT_OUT_ENDED")
    return None if opt_out.first_day > today else today + timedelta(days=notice_days)
