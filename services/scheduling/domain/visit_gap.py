"""A gap between two visits to a person: the second begins so long after the first has ended.

| state     | agree  | decline  | end       |
|-----------|--------|----------|-----------|
| proposed  | agreed | declined | withdrawn |
| agreed    | -      | -        | ended     |

The rest is final.

- Anybody in the person's team proposes it; nobody but the person agrees and declines, or who acts for them. What they propose themselves is
  agreed with that. The person ends it at any time; who proposed it takes it back until it is agreed.
- Each of the two is one visit or a series. Of series it holds for every two visits of which the second is on the day of the first, or on
  the day after: the days on which they are planned now, whichever their series had for them.
- It counts minutes that pass, from the end of the first to the start of the second: a night over a clock change is an hour longer or
  shorter. The first has always ended before the second begins.
- A visit gets no time that breaks it. What a series makes by itself is made all the same, and the pages say so (ADR 79). So a series is
  measured by the clock as well: one night that is an hour shorter does not stand against a year of visits.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState, VisitDistance, VisitGapState, VisitState
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, Refusal, invalid
from services.scheduling.domain.local_clock import DAY_MINUTES
from services.scheduling.domain.visit import Visit, VisitTime
from services.scheduling.domain.visit_series import VisitSeries, is_over

LONGEST_LEAST = DAY_MINUTES
LONGEST_MOST = 2 * DAY_MINUTES
PLANNED = (VisitState.PROPOSED, VisitState.AGREED, VisitState.MOVING)
"""States of a visit that has a time, or may get one."""
_DAY = timedelta(days=1)


class GapStep(StrEnum):
    """What people do with a rule."""

    AGREE = "agree"
    DECLINE = "decline"
    END = "end"


class BrokenGap(StrEnum):
    """Why a visit cannot be at a time, and why a rule cannot begin as the visits are planned."""

    GAP_TOO_CLOSE_BEFORE = "GAP_TOO_CLOSE_BEFORE"
    GAP_TOO_CLOSE_AFTER = "GAP_TOO_CLOSE_AFTER"
    GAP_TOO_FAR_BEFORE = "GAP_TOO_FAR_BEFORE"
    GAP_TOO_FAR_AFTER = "GAP_TOO_FAR_AFTER"
    GAP_ARE_TOO_CLOSE = "GAP_ARE_TOO_CLOSE"
    GAP_ARE_TOO_FAR = "GAP_ARE_TOO_FAR"


_BEFORE = {VisitDistance.TOO_CLOSE: BrokenGap.GAP_TOO_CLOSE_BEFORE, VisitDistance.TOO_FAR: BrokenGap.GAP_TOO_FAR_BEFORE}
_AFTER = {VisitDistance.TOO_CLOSE: BrokenGap.GAP_TOO_CLOSE_AFTER, VisitDistance.TOO_FAR: BrokenGap.GAP_TOO_FAR_AFTER}
_ARE = {VisitDistance.TOO_CLOSE: BrokenGap.GAP_ARE_TOO_CLOSE, VisitDistance.TOO_FAR: BrokenGap.GAP_ARE_TOO_FAR}
NEXT: Mapping[VisitGapState, Mapping[GapStep, VisitGapState]] = {
    VisitGapState.PROPOSED: {
        GapStep.AGREE: VisitGapState.AGREED,
        GapStep.DECLINE: VisitGapState.DECLINED,
        GapStep.END: VisitGapState.WITHDRAWN,
    },
    VisitGapState.AGREED: {GapStep.END: VisitGapState.ENDED},
    VisitGapState.DECLINED: {},
    VisitGapState.WITHDRAWN: {},
    VisitGapState.ENDED: {},
}


@dataclass(frozen=True)
class Part:
    """One of the two: a visit, and the series it is of, or a whole series. `person` is to whom."""

    visit: Visit | None
    series: VisitSeries | None

    @property
    def person(self) -> UUID:
        return self._plan.person

    @property
    def team(self) -> UUID:
        return self._plan.team

    @property
    def _plan(self) -> Visit | VisitSeries:
        if self.visit is not None:
            return self.visit
        if self.series is None:
            raise ValueError("neither a visit nor a series")
        return self.series

    @property
    def visit_id(self) -> UUID | None:
        return self.visit.id if self.visit else None

    @property
    def series_id(self) -> UUID | None:
        """Of a whole series alone."""
        return None if self.visit else self._plan.id

    def is_over(self, today: date, now: datetime) -> bool:
        """It has no visit to come any more."""
        if self.visit is not None:
            return self.visit.state not in PLANNED or self.visit.ends <= now
        return self.series is None or self.series.state not in (SeriesState.AGREED, SeriesState.ENDED) or is_over(self.series, today)

    def meets(self, other: "Part") -> bool:
        """Whether both may be the same visit of one day."""
        if self.visit is not None and other.visit is not None:
            return self.visit.id == other.visit.id
        mine, theirs = (part.visit.series if part.visit else part.series_id for part in (self, other))
        return mine is not None and mine == theirs


@dataclass(frozen=True)
class NewGap:
    """What somebody proposes. `least` and `most` in minutes; `most` is 0 where there is no limit."""

    least: int
    most: int
    next_day: bool


@dataclass(frozen=True)
class VisitGap:
    """One of each two ids is None. `least` and `most` in minutes; `last_day` is the day on which it ended."""

    id: UUID
    person: UUID
    team: UUID
    first_visit: UUID | None
    first_series: UUID | None
    second_visit: UUID | None
    second_series: UUID | None
    least: int
    most: int | None
    next_day: bool
    state: VisitGapState
    proposed_by: UUID
    agreed_by: UUID | None = None
    last_day: date | None = None
    version: int = 1

    @property
    def is_of_two_visits(self) -> bool:
        return self.first_visit is not None and self.second_visit is not None

    def begins_with(self, visit: Visit) -> bool:
        """Whether a visit is the first of the two."""
        return visit.id == self.first_visit or (visit.series is not None and visit.series == self.first_series)

    def ends_with(self, visit: Visit) -> bool:
        """Whether it is the second."""
        return visit.id == self.second_visit or (visit.series is not None and visit.series == self.second_series)

    def is_about(self, first: VisitTime, second: VisitTime) -> bool:
        """Whether it holds for a visit of the first and one of the second part, by their days."""
        return self.is_of_two_visits or second.day == first.day + (_DAY if self.next_day else timedelta())

    def distance(self, first: VisitTime, second: VisitTime) -> VisitDistance:
        return self._judge(second.starts - first.ends)

    def distance_by_the_clock(self, first: VisitTime, second: VisitTime, zone: ZoneInfo) -> VisitDistance:
        """As if no clock changed between the two."""
        ends, starts = (moment.astimezone(zone).replace(tzinfo=None) for moment in (first.ends, second.starts))
        return self._judge(starts - ends)

    def _judge(self, apart: timedelta) -> VisitDistance:
        if apart < timedelta(minutes=self.least):
            return VisitDistance.TOO_CLOSE
        is_far = self.most is not None and apart > timedelta(minutes=self.most)
        return VisitDistance.TOO_FAR if is_far else VisitDistance.KEPT


@dataclass(frozen=True)
class DistanceOfVisit:
    """What a rule says of a visit: how it keeps apart from the other one."""

    visit: Visit
    gap: VisitGap
    other: Visit
    distance: VisitDistance
    is_first: bool
    """It is before the other one."""


def propose(new_id: UUID, first: Part, second: Part, new: NewGap, by: UUID) -> VisitGap:
    """Raises Invalid GAP_LEAST, GAP_MOST, GAP_NOTHING, GAP_CROSSED, GAP_SAME or GAP_TWO_PERSONS."""
    if not 0 <= new.least <= LONGEST_LEAST:
        raise invalid("least_minutes", "GAP_LEAST")
    if not 0 <= new.most <= LONGEST_MOST:
        raise invalid("most_minutes", "GAP_MOST")
    if new.least == new.most == 0:
        raise invalid("least_minutes", "GAP_NOTHING")
    if 0 < new.most < new.least:
        raise invalid("most_minutes", "GAP_CROSSED")
    if first.person != second.person:
        raise invalid("second_visit_id", "GAP_TWO_PERSONS")
    if first.meets(second):
        raise invalid("second_visit_id", "GAP_SAME")
    parts = first.visit_id, first.series_id, second.visit_id, second.series_id
    next_day = new.next_day and not (first.visit and second.visit)
    rest = new.least, new.most or None, next_day, VisitGapState.PROPOSED
    return VisitGap(new_id, first.person, first.team, *parts, *rest, by)


def agree(gap: VisitGap, by: UUID) -> VisitGap:
    """Raises FailedPrecondition GAP_AGREED or GAP_OVER."""
    return replace(_step(gap, GapStep.AGREE), agreed_by=by)


def decline(gap: VisitGap, today: date) -> VisitGap:
    """Raises FailedPrecondition GAP_AGREED or GAP_OVER."""
    return replace(_step(gap, GapStep.DECLINE), last_day=today)


def end(gap: VisitGap, by: UUID, today: date) -> VisitGap:
    """`by` is in whose name it is done. Raises NotAllowed NOT_YOURS_TO_END, FailedPrecondition GAP_OVER."""
    if by != gap.person and not (by == gap.proposed_by and gap.state is VisitGapState.PROPOSED):
        raise NotAllowed("NOT_YOURS_TO_END")
    return replace(_step(gap, GapStep.END), last_day=today)


def follow(gap: VisitGap, new_id: UUID, before: UUID, after: UUID) -> VisitGap:
    """The same rule for the series that takes another one's place."""
    first = after if gap.first_series == before else gap.first_series
    second = after if gap.second_series == before else gap.second_series
    return replace(gap, id=new_id, first_series=first, second_series=second, version=1)


def require_new(gap: VisitGap, parts: tuple[Part, Part], others: Iterable[tuple[VisitGap, Part, Part]]) -> None:
    """`others` are the person's other rules that are not over. Raises AlreadyExists GAP_EXISTS, Invalid GAP_LOOP."""
    edges = []
    for other, first, second in others:
        if (first.visit_id, first.series_id, second.visit_id, second.series_id, other.next_day) == (
            *(gap.first_visit, gap.first_series, gap.second_visit, gap.second_series),
            gap.next_day,
        ):
            raise AlreadyExists("GAP_EXISTS")
        if _within_a_day(other, first, second):
            edges.append((first, second))
    first, second = parts
    if _within_a_day(gap, first, second) and _leads_to(second, first, edges):
        raise invalid("second_visit_id", "GAP_LOOP")


def require_version(gap: VisitGap, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != gap.version:
        raise Conflict("VERSION_STALE", version=str(gap.version))


def time_of(visit: Visit) -> VisitTime:
    """When a visit is planned; another time that is proposed for it does not count yet."""
    return VisitTime(visit.day, visit.starts, visit.ends)


def refusal_of_time(gap: VisitGap, visit: Visit, when: VisitTime, other: Visit) -> Refusal | None:
    """Why a visit cannot be at a time, with the moment from which, or until when, it could; None if it can."""
    if gap.begins_with(visit) and gap.ends_with(other) and (refusal := _refusal(gap, when, time_of(other), is_first=True)):
        return refusal
    if gap.ends_with(visit) and gap.begins_with(other):
        return _refusal(gap, when, time_of(other), is_first=False)
    return None


def refusal_of_series(
    gap: VisitGap, mine: Iterable[VisitTime], others: Sequence[VisitTime], zone: ZoneInfo, *, is_first: bool
) -> Refusal | None:
    """Why a series cannot be at its times: the first visit of it that breaks the rule, also by the clock. `is_first`: before `others`."""
    for when in mine:
        for other in others:
            first, second = (when, other) if is_first else (other, when)
            if not gap.is_about(first, second) or gap.distance_by_the_clock(first, second, zone) is VisitDistance.KEPT:
                continue
            if refusal := _refusal(gap, when, other, is_first=is_first):
                return refusal
    return None


def refusal_of_rule(gap: VisitGap, firsts: Sequence[VisitTime], seconds: Sequence[VisitTime], zone: ZoneInfo) -> Refusal | None:
    """Why the rule cannot begin: the first two visits that break it as they are planned, or that there are no two; None if it can."""
    by_day = defaultdict(list)
    for second in seconds:
        by_day[second.day].append(second)
    offset = _DAY if gap.next_day else timedelta()
    pairs = [
        (first, second)
        for first in sorted(firsts, key=lambda time: time.starts)
        for second in (seconds if gap.is_of_two_visits else by_day[first.day + offset])
    ]
    if not pairs:
        return FailedPrecondition("GAP_NEVER_MEET")
    for first, second in pairs:
        distance = gap.distance(first, second)
        by_the_clock = distance if gap.is_of_two_visits else gap.distance_by_the_clock(first, second, zone)
        if VisitDistance.KEPT not in (distance, by_the_clock):
            return FailedPrecondition(_ARE[distance].value, first=first.starts.isoformat(), second=second.starts.isoformat())
    return None


def distances(visits: Iterable[Visit], gaps: Sequence[VisitGap], others: Sequence[Visit]) -> list[DistanceOfVisit]:
    """What the rules say of these visits, each with the other one."""
    by_day = defaultdict(list)
    for other in others:
        by_day[other.day].append(other)
    found = []
    for visit, gap in ((visit, gap) for visit in visits for gap in gaps):
        near = others if gap.is_of_two_visits else [*by_day[visit.day - _DAY], *by_day[visit.day], *by_day[visit.day + _DAY]]
        for other in (one for one in near if one.id != visit.id):
            mine, theirs = time_of(visit), time_of(other)
            if gap.begins_with(visit) and gap.ends_with(other) and gap.is_about(mine, theirs):
                found.append(DistanceOfVisit(visit, gap, other, gap.distance(mine, theirs), is_first=True))
            if gap.ends_with(visit) and gap.begins_with(other) and gap.is_about(theirs, mine):
                found.append(DistanceOfVisit(visit, gap, other, gap.distance(theirs, mine), is_first=False))
    return found


def _refusal(gap: VisitGap, when: VisitTime, other: VisitTime, *, is_first: bool) -> Refusal | None:
    first, second = (when, other) if is_first else (other, when)
    distance = gap.distance(first, second)
    if distance is VisitDistance.KEPT or not gap.is_about(first, second):
        return None
    minutes = timedelta(minutes=gap.least if distance is VisitDistance.TOO_CLOSE else gap.most or 0)
    right = second.starts - minutes if is_first else first.ends + minutes
    reason = (_BEFORE if is_first else _AFTER)[distance]
    return FailedPrecondition(reason.value, visit=when.starts.isoformat(), other=other.starts.isoformat(), at=right.isoformat())


def _within_a_day(gap: VisitGap, first: Part, second: Part) -> bool:
    """Rules over a night lead from one day to the next, and close no loop."""
    if first.visit is not None and second.visit is not None:
        return first.visit.day >= second.visit.day
    return not gap.next_day


def _leads_to(begin: Part, end_part: Part, edges: Sequence[tuple[Part, Part]]) -> bool:
    reached, waiting = list[Part](), [begin]
    while waiting:
        part = waiting.pop()
        if part.meets(end_part):
            return True
        if part not in reached:
            reached.append(part)
            waiting += [second for first, second in edges if first.meets(part)]
    return False


def _step(gap: VisitGap, step: GapStep) -> VisitGap:
    following = NEXT[gap.state].get(step)
    if following is None:
        raise FailedPrecondition("GAP_AGREED" if gap.state is VisitGapState.AGREED else "GAP_OVER")
    return replace(gap, state=following, version=gap.version + 1)
