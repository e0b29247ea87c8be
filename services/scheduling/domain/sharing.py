"""Two people share visits to one of them, and what the visits cost.

| state     | agree  | withdraw  | end   |
|-----------|--------|-----------|-------|
| proposed  | agreed | withdrawn | -     |
| agreed    | -      | -         | ended |

The rest is final. A no is no state: it is the other's alone, and who proposed it sees it wait until they take it back or its last day is
over (ADR 69).

- Who is visited proposes it, or the other one where they are in that person's team; the one of the two who did not agrees. Each does so
  for themselves, or who acts for them.
- What each pays is a part of the sum of both: 1 and 1 are halves, 2 and 1 two thirds and one. Parts by minutes are the minutes of a visit.
- Either ends it, for all visits that have not begun. Who is visited keeps them alone.
- On one day a series is shared with one other person.
- A worker comes to a shared visit who is in both teams, and as the same in both: paid, or as a volunteer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.scheduling.v1.enums import SharingState
from libs.refusals import Conflict, FailedPrecondition, NotAllowed, invalid
from services.scheduling.domain.pay_period import SharedWith
from services.scheduling.domain.terms import LATEST
from services.scheduling.domain.visit import COMES_AS, MAX_AHEAD

MOST_PARTS = 1440
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewSharing:
    """What somebody proposes: about one visit or about a series, and without a first day from today on."""

    person: UUID
    sharer: UUID
    visit: UUID | None
    series: UUID | None
    person_part: int
    sharer_part: int
    by_minutes: bool
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class Sharing:
    """`proposed_by` is in whose name: one of the two. `written_by` and `answered_by` are who did it, themselves or in their place."""

    id: UUID
    person: UUID
    sharer: UUID
    visit: UUID | None
    series: UUID | None
    person_part: int
    sharer_part: int
    by_minutes: bool
    first_day: date
    last_day: date | None
    state: SharingState
    proposed_by: UUID
    written_by: UUID
    proposed_at: datetime
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    version: int = 1

    @property
    def asked(self) -> UUID:
        """Whose yes it waits for."""
        return self.sharer if self.proposed_by == self.person else self.person

    def other_than(self, who: UUID) -> UUID:
        return self.sharer if who == self.person else self.person

    def holds_on(self, day: date) -> bool:
        return self.state is SharingState.AGREED and self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def overlaps(self, other: "Sharing") -> bool:
        """Whether there is a day that is among those of both."""
        begins_first = other.last_day is None or self.first_day <= other.last_day
        return begins_first and (self.last_day is None or other.first_day <= self.last_day)


@dataclass(frozen=True)
class VisitSharer:
    """Whom a visit serves too, by which agreement: its parts and times stand with the visit of that day."""

    visit: UUID
    sharer: UUID
    person: UUID
    team: UUID
    sharing: UUID
    person_part: int
    sharer_part: int
    starts: datetime
    ends: datetime

    @property
    def shared_with(self) -> SharedWith:
        return SharedWith(self.sharer, self.person_part, self.sharer_part)


def propose(new_id: UUID, new: NewSharing, minutes: int, by: tuple[UUID, UUID], today: date, now: datetime) -> Sharing:
    """`minutes` is how long the visits take; `by` in whose name, and who. A day of `new` that is None is today, or no last day.

    Raises Invalid SHARING_WITH_SELF, SHARING_PARTS, SHARING_MINUTES, SHARING_DAYS.
    """
    if new.person == new.sharer:
        raise invalid("sharer_id", "SHARING_WITH_SELF")
    if not all(0 < part <= MOST_PARTS for part in (new.person_part, new.sharer_part)):
        raise invalid("person_part", "SHARING_PARTS")
    if new.by_minutes and new.person_part + new.sharer_part != minutes:
        raise invalid("person_part", "SHARING_MINUTES", minutes=str(minutes))
    first_day = new.first_day or today
    if not today <= first_day <= today + MAX_AHEAD:
        raise invalid("first_day", "SHARING_DAYS")
    if new.last_day is not None and not first_day <= new.last_day <= LATEST:
        raise invalid("last_day", "SHARING_DAYS")
    what = new.person, new.sharer, new.visit, new.series, new.person_part, new.sharer_part, new.by_minutes
    return Sharing(new_id, *what, first_day, new.last_day, SharingState.PROPOSED, *by, now)


def agree(sharing: Sharing, by: UUID, today: date, now: datetime) -> Sharing:
    """Raises FailedPrecondition SHARING_ANSWERED or SHARING_OVER."""
    require_waiting(sharing, today)
    return replace(sharing, state=SharingState.AGREED, answered_by=by, answered_at=now, version=sharing.version + 1)


def withdraw(sharing: Sharing, principal: UUID, today: date) -> Sharing:
    """Raises NotAllowed NOT_YOURS, FailedPrecondition SHARING_ANSWERED."""
    if principal != sharing.proposed_by:
        raise NotAllowed("NOT_YOURS")
    _require_state(sharing, SharingState.PROPOSED, "SHARING_ANSWERED")
    return replace(sharing, state=SharingState.WITHDRAWN, last_day=_ends_on(sharing, today), version=sharing.version + 1)


def end(sharing: Sharing, today: date) -> Sharing:
    """From now on. Raises FailedPrecondition SHARING_OVER."""
    _require_state(sharing, SharingState.AGREED, "SHARING_OVER")
    return replace(sharing, state=SharingState.ENDED, last_day=_ends_on(sharing, today), version=sharing.version + 1)


def end_unused(sharing: Sharing) -> Sharing:
    """The one visit that it is about gets another time: it holds on no day. Raises FailedPrecondition SHARING_OVER."""
    return end(sharing, sharing.first_day - _DAY)


def stop_before(sharing: Sharing, day: date, today: date) -> Sharing:
    """The series that it is about has no visits from that day on; until then it holds. Raises FailedPrecondition SHARING_OVER."""
    ended = end(sharing, day - _DAY)
    return replace(ended, state=SharingState.AGREED) if max(today, sharing.first_day) < day else ended


def require_waiting(sharing: Sharing, today: date) -> None:
    """Raises FailedPrecondition SHARING_ANSWERED or SHARING_OVER."""
    _require_state(sharing, SharingState.PROPOSED, "SHARING_ANSWERED")
    if sharing.last_day is not None and sharing.last_day < today:
        raise FailedPrecondition("SHARING_OVER")


def require_version(sharing: Sharing, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != sharing.version:
        raise Conflict("VERSION_STALE", version=str(sharing.version))


def in_both_teams(of_person: Mapping[UUID, str], of_sharer: Mapping[UUID, str]) -> set[UUID]:
    """Who may come to a visit that two share. As what each is in the two teams, by person: the same in both, so that there is one answer to
    whether they are paid and which papers they need.
    """
    return {worker for worker, kind in of_person.items() if kind in COMES_AS and of_sharer.get(worker) == kind}


def can_be_shared(coming: Collection[UUID], in_both: Collection[UUID]) -> bool:
    """A visit to which somebody comes already who is not in both teams stays as it is: nobody loses their worker by sharing."""
    return set(coming) <= set(in_both)


def _require_state(sharing: Sharing, state: SharingState, reason: str) -> None:
    if sharing.state is not state:
        raise FailedPrecondition(reason)


def _ends_on(sharing: Sharing, today: date) -> date:
    last = max(today, sharing.first_day - _DAY)
    return last if sharing.last_day is None else min(last, sharing.last_day)
