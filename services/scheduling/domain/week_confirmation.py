"""A worker has looked at a week of theirs and says that it is right.

What they have seen is a fingerprint of the visits that they go to and their times. When it is another one later, something has changed
since. It is theirs alone: a person hears only whether the visits to them were among those that were confirmed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from libs.refusals import Conflict, invalid
from services.scheduling.domain.visit import MAX_AHEAD


@dataclass(frozen=True)
class WeekConfirmation:
    """`monday` is the first day of the week."""

    worker: UUID
    monday: date
    fingerprint: str
    confirmed_at: datetime


@dataclass(frozen=True)
class WorkerWeek:
    """A week as it is, with what the worker has said of it. `standing`: series in which they have a standing place then."""

    fingerprint: str
    confirmed_at: datetime | None
    changed_since: bool
    standing: tuple[UUID, ...] = ()


def fingerprint_of(visits: Iterable[tuple[UUID, datetime, datetime]]) -> str:
    """Of ids, starts and ends."""
    lines = (f"{visit} {starts.timestamp():.0f} {ends.timestamp():.0f}" for visit, starts, ends in sorted(visits))
    return sha256("\n".join(lines).encode()).hexdigest()


def require_monday(monday: date | None, today: date) -> date:
    """Raises Invalid WEEK_UNKNOWN for another day, a week that is over, or one too far ahead."""
    if monday is None or monday.weekday() or not today - timedelta(days=6) <= monday <= today + MAX_AHEAD:
        raise invalid("monday", "WEEK_UNKNOWN")
    return monday


def require_seen(shown: str, fingerprint: str) -> None:
    """Raises Conflict WEEK_CHANGED."""
    if shown != fingerprint:
        raise Conflict("WEEK_CHANGED")
