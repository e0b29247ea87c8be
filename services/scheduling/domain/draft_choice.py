"""What people say of drafts beforehand. Without a worker's choice no draft proposes anything to them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.refusals import invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS = ("night", "morning", "afternoon", "evening")
"""Of a day by the clock, six hours each from midnight."""
_PART_HOURS = 24 // len(PARTS)
DAY_PARTS = tuple(f"{day}_{part}" for day in DAYS for part in PARTS)
_MOST_WISHED = 7 * 24 * 60
_QUARTER = timedelta(minutes=15)
"""Every zone is so many quarters of an hour from UTC."""


@dataclass(frozen=True)
class WorkerDraftChoice:
    """`free_parts` are of DAY_PARTS; none means any time. `wished_minutes` are for a week, all teams together."""

    worker: UUID
    wished_minutes: int | None
    free_parts: tuple[str, ...]
    may_change: bool
    """A draft may propose that somebody else goes to what they have taken."""
    since: datetime


@dataclass(frozen=True)
class PersonDraftChoice:
    """Of a person to whom visits are; `set_by` may act for them."""

    person: UUID
    together: bool
    """A secretary may draft the visits to them together with those to others."""
    may_change: bool
    """A draft may propose another worker where one comes already."""
    set_by: UUID
    since: datetime


def worker_choice(worker: UUID, wished_minutes: int, free_parts: Collection[str], now: datetime, *, may_change: bool) -> WorkerDraftChoice:
    """Raises Invalid WISHED_HOURS, DAY_PART_UNKNOWN."""
    if not 0 <= wished_minutes <= _MOST_WISHED:
        raise invalid("wished_minutes", "WISHED_HOURS")
    if not set(free_parts) <= set(DAY_PARTS):
        raise invalid("free_parts", "DAY_PART_UNKNOWN")
    in_order = tuple(part for part in DAY_PARTS if part in free_parts)
    return WorkerDraftChoice(worker, wished_minutes or None, in_order, may_change, now)


def is_free(zone: ZoneInfo, choice: WorkerDraftChoice, starts: datetime, ends: datetime) -> bool:
    """Whether every part of a day that the time touches is one of theirs."""
    return not choice.free_parts or set(_parts_touched(zone, starts, ends)) <= set(choice.free_parts)


def _parts_touched(zone: ZoneInfo, starts: datetime, ends: datetime) -> Iterator[str]:
    moment = starts
    while moment < ends:
        local = moment.astimezone(zone)
        yield f"{DAYS[local.weekday()]}_{PARTS[local.hour // _PART_HOURS]}"
        moment += _QUARTER - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % _QUARTER
