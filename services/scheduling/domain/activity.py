"""What the co-op does together, free for those who come: how many came by class, and nobody's name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith.scheduling.v1.enums import ActivityKind
from libs.refusals import invalid
from services.scheduling.domain.terms import EARLIEST

GUEST = "guest"
"""The class of those who are no members."""
MOST_CLASSES = 50
MOST_CAME = 10_000
_CLASS = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True)
class Activity:
    """`came` by class, more than 0 each. Nobody wrote it down any more whose data was erased."""

    id: UUID
    day: date
    kind: ActivityKind
    written_by: UUID | None
    written_at: datetime
    came: Mapping[str, int]


@dataclass(frozen=True)
class ActivityMonth:
    """`month` as 2026-12."""

    month: str
    activities: int
    came: Mapping[str, int]


def require_day(day: date | None, today: date) -> date:
    """Raises Invalid DATE_MALFORMED or ACTIVITY_IN_FUTURE."""
    if day is None or day < EARLIEST:
        raise invalid("day", "DATE_MALFORMED")
    if day > today:
        raise invalid("day", "ACTIVITY_IN_FUTURE")
    return day


def require_came(came: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """By class, without those of whom nobody came. Raises Invalid CAME_WRONG or NOBODY_CAME."""
    counts = list(came)
    by_class = dict(counts)
    if len(by_class) < len(counts) or len(counts) > MOST_CLASSES or not all(map(_CLASS.fullmatch, by_class)):
        raise invalid("came", "CAME_WRONG")
    if not all(0 <= number <= MOST_CAME for number in by_class.values()):
        raise invalid("came", "CAME_WRONG")
    if not any(by_class.values()):
        raise invalid("came", "NOBODY_CAME")
    return {name: number for name, number in by_class.items() if number}


def count_by_month(activities: Iterable[Activity]) -> list[ActivityMonth]:
    """The months in which there was any, in their order."""
    months: dict[str, list[Activity]] = {}
    for activity in activities:
        months.setdefault(f"{activity.day:%Y-%m}", []).append(activity)
    return [ActivityMonth(month, len(held), _sum(held)) for month, held in sorted(months.items())]


def _sum(activities: Iterable[Activity]) -> Mapping[str, int]:
    came: dict[str, int] = {}
    for activity in activities:
        for name, number in activity.came.items():
            came[name] = came.get(name, 0) + number
    return dict(sorted(came.items()))
