"""What people say of drafts beforehand. Without a worker's choice no draft proposes anything to them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import WayOfGoing
from libs.places import district_of
from libs.refusals import invalid
from services.scheduling.domain.ways import Ways

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
    district: str = ""
    """Where they set out from, as the first part of a postcode; empty where they have not said."""
    goes: WayOfGoing | None = None


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
    district: str = ""
    """Where the visits are, as above."""


def worker_choice(worker: UUID, wished_minutes: int, free_parts: Collection[str], now: datetime, *, may_change: bool) -> WorkerDraftChoice:
    """Without a way to set out. Raises Invalid WISHED_HOURS, DAY_PART_UNKNOWN."""
    if not 0 <= wished_minutes <= _MOST_WISHED:
        raise invalid("wished_minutes", "WISHED_HOURS")
    if not set(free_parts) <= set(DAY_PARTS):
        raise invalid("free_parts", "DAY_PART_UNKNOWN")
    in_order = tuple(part for part in DAY_PARTS if part in free_parts)
    return WorkerDraftChoice(worker, wished_minutes or None, in_order, may_change, now)


def find_district(ways: Ways, text: str) -> str:
    """Of a whole postcode only its first part is kept. Raises Invalid DISTRICT_UNKNOWN for one that no file of the co-op has."""
    district = district_of(text)
    if district and not ways.knows(district):
        raise invalid("district", "DISTRICT_UNKNOWN")
    return district


def require_way(district: str, goes: WayOfGoing | None) -> None:
    """Raises Invalid WAY_OF_GOING_MISSING for a worker who says where they set out from, and not how they go."""
    if district and goes is None:
        raise invalid("goes", "WAY_OF_GOING_MISSING")


def is_free(zone: ZoneInfo, choice: WorkerDraftChoice, starts: datetime, ends: datetime) -> bool:
    """Whether every part of a day that the time touches is one of theirs."""
    return not choice.free_parts or set(_parts_touched(zone, starts, ends)) <= set(choice.free_parts)


def _parts_touched(zone: ZoneInfo, starts: datetime, ends: datetime) -> Iterator[str]:
    moment = starts
    while moment < ends:
        local = moment.astimezone(zone)
        yield f"{DAYS[local.weekday()]}_{PARTS[local.hour // _PART_HOURS]}"
        moment += _QUARTER - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % _QUARTER
