"""Which visits that a series would have are at the time of another visit to the person.

Nothing is refused for that: two visits at one time are sometimes wanted, such as two people who come for different things. It is said on
the page before anybody agrees.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.scheduling.domain.visit import overlaps
from services.scheduling.domain.visit_series import AHEAD, VisitSeries, days_between, time_on
from services.scheduling.domain.worker_hours import Times

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SeriesVisit:
    """A visit that a series would have."""

    starts: datetime
    ends: datetime
    overlaps: bool


def first_weeks(series: VisitSeries, today: date) -> tuple[date, date]:
    """The days of which visits are shown before they are made: as many weeks as are made ahead, from the first day to come."""
    begin = max(series.first_day, today)
    return begin, begin + AHEAD


def visits_ahead(
    series: VisitSeries, others: Iterable[VisitSeries], planned: Sequence[Times], today: date, now: datetime
) -> list[SeriesVisit]:
    """Those of its first weeks. `planned` are the person's visits around them, `others` their other series: of these the visits that are
    not made yet count as well. What it replaces ends before it, and is not among them.
    """
    begin, last = first_weeks(series, today)
    taken = list(planned)
    for other in others:
        first_unmade = begin - _DAY if other.planned_until is None else max(begin - _DAY, other.planned_until + _DAY)
        taken += [(when.starts, when.ends) for when in (time_on(other, day) for day in days_between(other, first_unmade, last + _DAY))]
    times = (time_on(series, day) for day in days_between(series, begin, last))
    return [SeriesVisit(when.starts, when.ends, overlaps(when.starts, when.ends, taken)) for when in times if when.starts > now]
