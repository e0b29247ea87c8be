"""Who stands where on which day: a person's standings, as a line of changes.

Each change holds from its day until the next. A change without a class is the first day after an end. What is asked of any day, past or to
come, is answered by the last change on or before it.

| from       | by        | to         | when                                                                          |
|------------|-----------|------------|-------------------------------------------------------------------------------|
| no member  | admit     | a class    | today or before, after the day an earlier membership ended                     |
| a class    | change    | a class    | on or after the last change, at most one year ahead, while no end is planned   |
| a class    | end       | no member  | not before the last change that has begun; what was planned after it falls away |
| a class    | new rules | the class  | vote right as the rules have it; what was planned after it is kept              |
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from libs.refusals import NotNow, invalid

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """From this day on. `member_class` empty = no member any more, and then `reason` says why."""

    from_day: date
    member_class: str
    may_vote: bool
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """Class and vote right over a span of days, both ends in it; `to_day` None = until further notice."""

    member_class: str
    may_vote: bool
    from_day: date
    to_day: date | None


@dataclass(frozen=True)
class Timeline:
    """Every change of one person, by day, at most one on each."""

    changes: tuple[Change, ...] = ()

    def as_of(self, day: date) -> Standing | None:
        """Class and vote right on that day; None when they were no member."""
        return next((one for one in self.standings() if one.from_day <= day and (one.to_day is None or day <= one.to_day)), None)

    def standings(self) -> tuple[Standing, ...]:
        ends = (*(later.from_day - _DAY for later in self.changes[1:]), None)
        return tuple(
            Standing(one.member_class, one.may_vote, one.from_day, to_day)
            for one, to_day in zip(self.changes, ends, strict=False)
            if one.member_class
        )

    def since(self, day: date) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.from_day >= day)

    def begun(self, day: date) -> Change | None:
        """The last change on or before the day."""
        return next((one for one in reversed(self.changes) if one.from_day <= day), None)

    def latest(self) -> tuple[date, date | None]:
        """First and last day of the latest membership; the last day is None while no end is known."""
        *earlier, last = self.changes
        ended = None if last.member_class else last.from_day - _DAY
        inside = [*earlier, last] if last.member_class else earlier
        began = inside[-1].from_day
        for one in reversed(inside):
            if not one.member_class:
                break
            began = one.from_day
        return began, ended

    def with_change(self, change: Change) -> "Timeline":
        """In its place; one of the same day is replaced."""
        others = (one for one in self.changes if one.from_day != change.from_day)
        return Timeline(tuple(sorted((*others, change), key=lambda one: one.from_day)))


def admit(timeline: Timeline, member_class: str, day: date, *, may_vote: bool) -> Timeline | None:
    """None when they are a member already, or were on that day or after it."""
    last = timeline.changes[-1] if timeline.changes else None
    if last is not None and (last.member_class or day < last.from_day):
        return None
    return timeline.with_change(Change(day, member_class, may_vote))


def change_class(timeline: Timeline, member_class: str, day: date, today: date, *, may_vote: bool) -> Timeline:
    """Raises NotNow NOT_A_MEMBER or MEMBERSHIP_ENDS, Invalid BEFORE_LAST_CHANGE, DATE_TOO_FAR or CLASS_UNCHANGED."""
    last = timeline.changes[-1]
    if not last.member_class:
        raise NotNow("NOT_A_MEMBER" if last.from_day <= today else "MEMBERSHIP_ENDS")
    if day < last.from_day:
        raise invalid("from_day", "BEFORE_LAST_CHANGE", last_change=last.from_day.isoformat())
    if day > a_year_after(today):
        raise invalid("from_day", "DATE_TOO_FAR")
    if member_class == last.member_class:
        raise invalid("member_class", "CLASS_UNCHANGED")
    return timeline.with_change(Change(day, member_class, may_vote))


def end(timeline: Timeline, last_day: date, today: date, reason: str) -> Timeline:
    """Raises NotNow NOT_A_MEMBER, Invalid BEFORE_LAST_CHANGE or DATE_TOO_FAR."""
    begun = timeline.begun(today)
    if begun is None or not begun.member_class or (last_day >= begun.from_day and timeline.as_of(last_day) is None):
        raise NotNow("NOT_A_MEMBER")
    if last_day < begun.from_day:
        raise invalid("on", "BEFORE_LAST_CHANGE", last_change=begun.from_day.isoformat())
    if last_day > a_year_after(today):
        raise invalid("on", "DATE_TOO_FAR")
    kept = tuple(one for one in timeline.changes if one.from_day <= last_day)
    return Timeline((*kept, Change(last_day + _DAY, "", may_vote=False, reason=reason)))


def follow_rules(timeline: Timeline, votes: Mapping[str, bool], from_day: date) -> Timeline:
    """Vote rights from that day on as the rules give them to each class; a class the rules do not know keeps what it has."""
    changed = timeline
    begun = timeline.begun(from_day)
    held = () if begun is None or begun.from_day == from_day else (replace(begun, from_day=from_day),)
    for one in (*held, *timeline.since(from_day)):
        right = votes.get(one.member_class, one.may_vote)
        if right != one.may_vote:
            changed = changed.with_change(replace(one, may_vote=right))
    return changed


def a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
