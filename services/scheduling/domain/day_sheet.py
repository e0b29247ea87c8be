"""A day on paper: for which days sheets go out at a moment, and when one that went out has been overtaken.

- From the rulebook's hour on, the sheet of tomorrow goes out; that of today goes out late where the evening before was missed.
- A sheet goes out once. When the plan of its day has changed since, another one goes out, which says that it takes the place of the first.
- A day without a visit has no sheet, unless one went out that had visits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from services.scheduling.domain.local_clock import midnight

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SheetVisit:
    """A visit on somebody's sheet. `giving`: they go to it. `others` are at the other side of it; `tasks` is the list that holds."""

    visit: UUID
    starts: datetime
    ends: datetime
    giving: bool
    others: tuple[UUID, ...]
    tasks: UUID | None
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class SentSheet:
    """The latest that went out for a day."""

    number: int
    fingerprint: str


def fingerprint(visits: Sequence[SheetVisit]) -> str:
    """The same for the same plan, whatever has taken place of it."""
    lines = [
        " ".join(map(str, (one.visit, one.starts.timestamp(), one.ends.timestamp(), one.giving, *sorted(one.others), one.tasks)))
        for one in sorted(visits, key=lambda one: (one.starts, one.visit))
    ]
    return sha256("\n".join(lines).encode()).hexdigest()


def days_due(zone: ZoneInfo, now: datetime, hour: int) -> tuple[date, ...]:
    """The local days whose sheets go out now."""
    local = now.astimezone(zone)
    return (local.date(), local.date() + _DAY) if local.hour >= hour else (local.date(),)


def next_due(zone: ZoneInfo, now: datetime, hour: int) -> datetime:
    """When another day's sheets go out."""
    local = now.astimezone(zone)
    day = local.date() if local.hour < hour else local.date() + _DAY
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def ends_at(zone: ZoneInfo, day: date) -> datetime:
    """From then on the sheet of that day is of no use."""
    return midnight(zone, day + _DAY)


def must_go_out(visits: Sequence[SheetVisit], sent: SentSheet | None, now: datetime) -> bool:
    if sent is None:
        return any(one.ends > now for one in visits)
    return sent.fingerprint != fingerprint(visits)
