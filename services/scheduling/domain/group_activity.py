"""What people of the co-op do together: anybody announces it, others say that they come, and afterwards how many came is written down.

| state      | join      | call off   | close  |
|------------|-----------|------------|--------|
| announced  | announced | called_off | closed |

The rest is final. Who comes, only those see who come themselves, and who announced it; and only of those who let it be seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kith.scheduling.v1.enums import ActivityKind, GroupActivityState, StepFreeAccess
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, invalid
from libs.texts.words import check_words
from services.scheduling.domain.visit import VisitTime

MAX_WORDS = 200
MOST_PLACES = 500
MOST_PENCE = 100_000


@dataclass(frozen=True)
class NewGroupActivity:
    """In the organiser's own words. `places` 0: as many as like. `price_pence` 0: free."""

    kind: ActivityKind
    what: str
    where: str
    places: int
    step_free: StepFreeAccess
    price_pence: int


@dataclass(frozen=True)
class GroupActivity:
    """`registered` is what its counts became in the register of free activities."""

    id: UUID
    organiser: UUID
    kind: ActivityKind
    what: str
    place: str
    day: date
    starts: datetime
    ends: datetime
    places: int
    step_free: StepFreeAccess
    price_pence: int
    state: GroupActivityState = GroupActivityState.ANNOUNCED
    registered: UUID | None = None
    version: int = 1


@dataclass(frozen=True)
class GroupActivityPlace:
    """Somebody comes, alone or with a helper; whether the others who come see it, they choose."""

    activity: UUID
    person: UUID
    with_helper: bool
    shows: bool
    said_at: datetime
    ends: datetime

    @property
    def people(self) -> int:
        return 2 if self.with_helper else 1


def announce(new_id: UUID, organiser: UUID, new: NewGroupActivity, when: VisitTime) -> GroupActivity:
    """Raises Invalid WORDS_MISSING, WORDS_TOO_LONG, ACTIVITY_PLACES or ACTIVITY_PRICE."""
    what, where = _words("what", new.what), _words("where", new.where)
    if not 0 <= new.places <= MOST_PLACES:
        raise invalid("places", "ACTIVITY_PLACES", at_most=str(MOST_PLACES))
    if not 0 <= new.price_pence <= MOST_PENCE:
        raise invalid("price_pence", "ACTIVITY_PRICE")
    times = when.day, when.starts, when.ends
    return GroupActivity(new_id, organiser, new.kind, what, where, *times, new.places, new.step_free, new.price_pence)


def require_place(activity: GroupActivity, others: Iterable[GroupActivityPlace], place: GroupActivityPlace, now: datetime) -> None:
    """`others` come already. Raises FailedPrecondition ACTIVITY_OVER, AlreadyExists ACTIVITY_FULL."""
    if activity.state is not GroupActivityState.ANNOUNCED or activity.ends <= now:
        raise FailedPrecondition("ACTIVITY_OVER")
    if activity.places and sum(other.people for other in others) + place.people > activity.places:
        raise AlreadyExists("ACTIVITY_FULL")


def call_off(activity: GroupActivity, caller: UUID, now: datetime) -> GroupActivity:
    """Raises NotAllowed NOT_YOURS, FailedPrecondition ACTIVITY_OVER."""
    _require_organiser(activity, caller)
    if activity.state is not GroupActivityState.ANNOUNCED or activity.ends <= now:
        raise FailedPrecondition("ACTIVITY_OVER")
    return replace(activity, state=GroupActivityState.CALLED_OFF, version=activity.version + 1)


def close(activity: GroupActivity, caller: UUID, registered: UUID | None, now: datetime) -> GroupActivity:
    """Raises NotAllowed NOT_YOURS, FailedPrecondition ACTIVITY_OVER or ACTIVITY_NOT_BEGUN."""
    _require_organiser(activity, caller)
    if activity.state is not GroupActivityState.ANNOUNCED:
        raise FailedPrecondition("ACTIVITY_OVER")
    if activity.starts > now:
        raise FailedPrecondition("ACTIVITY_NOT_BEGUN")
    return replace(activity, state=GroupActivityState.CLOSED, registered=registered, version=activity.version + 1)


def require_version(activity: GroupActivity, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != activity.version:
        raise Conflict("VERSION_STALE", version=str(activity.version))


def _require_organiser(activity: GroupActivity, caller: UUID) -> None:
    if caller != activity.organiser:
        raise NotAllowed("NOT_YOURS")


def _words(field: str, typed: str) -> str:
    words = check_words(field, typed, MAX_WORDS)
    if not words:
        raise invalid(field, "WORDS_MISSING")
    return words
