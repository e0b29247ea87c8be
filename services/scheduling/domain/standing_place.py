"""A standing place: a worker's yes to every visit of a series, also to those that are not made yet.

- It is as strong as a yes to one visit, and no stronger: each visit takes them when it is made, if every rule of taking one allows it
  (`taking.py`), and is open like any other if not.
- A series has as many standing places as its visits need workers. Who comes after somebody whose place ends begins on the day after.
- The worker ends it, from a day on. It ends with the series, and when they leave the team. Nobody else ends it, and nobody gives a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.refusals import AlreadyExists, FailedPrecondition, invalid
from services.scheduling.domain.visit_series import VisitSeries

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class StandingPlace:
    """`worker` comes to the visits of the days from `since` to `last_day`, without one on and on. `joined_at` is when they joined the team
    as whose member they took it.
    """

    series: UUID
    worker: UUID
    since: date
    joined_at: datetime
    last_day: date | None = None


def holds_on(place: StandingPlace, day: date) -> bool:
    """Whether the visit of that day takes them."""
    return place.since <= day and (place.last_day is None or day <= place.last_day)


def first_free_day(workers: int, others: Sequence[StandingPlace], today: date) -> date | None:
    """From which day on, today or later, one more has a place for good; None while nobody's ends."""
    for day in sorted({today, *(place.last_day + _DAY for place in others if place.last_day and place.last_day >= today)}):
        if sum(place.last_day is None or place.last_day >= day for place in others) < workers:
            return day
    return None


def take(series: VisitSeries, new: StandingPlace, places: Sequence[StandingPlace]) -> StandingPlace:
    """`new` as it begins: on its `since`, today, or when another's is over. A place that the worker has, and that would end, goes on.

    Raises AlreadyExists STANDING_PLACE_YOURS, FailedPrecondition STANDING_PLACES_TAKEN.
    """
    own = next((place for place in places if place.worker == new.worker), None)
    if own is not None and own.last_day is None:
        raise AlreadyExists("STANDING_PLACE_YOURS")
    day = first_free_day(series.workers, [place for place in places if place.worker != new.worker], new.since)
    if day is None:
        raise FailedPrecondition("STANDING_PLACES_TAKEN")
    if own is None or own.last_day is None or own.last_day < new.since:
        return replace(new, since=day)
    if day > own.last_day + _DAY:
        raise FailedPrecondition("STANDING_PLACES_TAKEN")
    return replace(new, since=min(own.since, day))


def end(place: StandingPlace, from_day: date | None, today: date) -> StandingPlace:
    """`from_day` is the first without them. Raises Invalid DATE_MALFORMED, VISIT_PAST or STANDING_ENDS_EARLIER."""
    if from_day is None:
        raise invalid("from_day", "DATE_MALFORMED")
    if from_day < today:
        raise invalid("from_day", "VISIT_PAST")
    if place.last_day is not None and from_day > place.last_day:
        raise invalid("from_day", "STANDING_ENDS_EARLIER")
    return replace(place, last_day=from_day - _DAY)
