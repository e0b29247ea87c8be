"""A person's membership over time: which class and voting right they have on which day, as a list of changes.

Each change holds from its day until the next. A change without a class is the first day after an end. The standing on any day, past or
future, follows from the last change on or before it.

| from       | by        | to         | when                                                                          |
|------------|-----------|------------|-------------------------------------------------------------------------------|
| no member  | admit     | a class    | today or before, after the day an earlier membership ended                     |
| a class    | change    | a class    | on or after the last change, at most one year ahead, while no end is planned   |
| a class    | end       | no member  | not before the last change in effect; changes planned after the end are dropped   |
| a class    | new rules | the class  | voting right as in the rules; changes planned after it are kept                |
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from libs.refusals import FailedPrecondition, invalid

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MembershipChange:
    """A change from this day on. An empty `member_class` means the membership has ended; `reason` then says why."""

    from_day: date
    member_class: str
    may_vote: bool
    reason: str = ""


@dataclass(frozen=True)
class MembershipStanding:
    """Class and voting right over a span of days, both ends included; `to_day` None means until further notice."""

    member_class: str
    may_vote: bool
    from_day: date
    to_day: date | None


@dataclass(frozen=True)
class MembershipTimeline:
    """All changes of one person by date, at most one per day."""

    changes: tuple[MembershipChange, ...] = ()

    def standing_on(self, day: date) -> MembershipStanding | None:
        """Class and voting right on that day; None for somebody who was not a member."""
        return next((span for span in self.standings() if span.from_day <= day and (span.to_day is None or day <= span.to_day)), None)

    def standings(self) -> tuple[MembershipStanding, ...]:
        ends = (*(later.from_day - _DAY for later in self.changes[1:]), None)
        return tuple(
            MembershipStanding(change.member_class, change.may_vote, change.from_day, to_day)
            for change, to_day in zip(self.changes, ends, strict=False)
            if change.member_class
        )

    def changes_from(self, day: date) -> tuple[MembershipChange, ...]:
        return tuple(change for change in self.changes if change.from_day >= day)

    def change_in_effect(self, day: date) -> MembershipChange | None:
        """The last change on or before the day."""
        return next((change for change in reversed(self.changes) if change.from_day <= day), None)

    def goes_on(self) -> bool:
        """Whether they are a member until further notice: no end has taken effect or is planned."""
        return bool(self.changes) and bool(self.changes[-1].member_class)

    def latest_membership(self) -> tuple[date, date | None]:
        """First and last day of the latest membership; the last day is None while no end is known."""
        *earlier, last = self.changes
        last_day = None if last.member_class else last.from_day - _DAY
        latest = [*earlier, last] if last.member_class else earlier
        first_day = latest[-1].from_day
        for change in reversed(latest):
            if not change.member_class:
                break
            first_day = change.from_day
        return first_day, last_day

    def with_change(self, change: MembershipChange) -> "MembershipTimeline":
        """Inserts the change by date; it replaces one of the same day."""
        others = (other for other in self.changes if other.from_day != change.from_day)
        return MembershipTimeline(tuple(sorted((*others, change), key=lambda each: each.from_day)))


def admit(timeline: MembershipTimeline, member_class: str, day: date, *, may_vote: bool) -> MembershipTimeline | None:
    """None for somebody who is a member already, or was one on that day or later."""
    if timeline.goes_on() or (timeline.changes and day < timeline.changes[-1].from_day):
        return None
    return timeline.with_change(MembershipChange(day, member_class, may_vote))


def change_class(timeline: MembershipTimeline, member_class: str, day: date, today: date, *, may_vote: bool) -> MembershipTimeline:
    """Raises FailedPrecondition NOT_A_MEMBER or MEMBERSHIP_ENDS, Invalid BEFORE_LAST_CHANGE, DATE_TOO_FAR or CLASS_UNCHANGED."""
    last = timeline.changes[-1]
    if not last.member_class:
        raise FailedPrecondition("NOT_A_MEMBER" if last.from_day <= today else "MEMBERSHIP_ENDS")
    if day < last.from_day:
        raise invalid("from_day", "BEFORE_LAST_CHANGE", last_change=last.from_day.isoformat())
    if day > one_year_after(today):
        raise invalid("from_day", "DATE_TOO_FAR")
    if member_class == last.member_class:
        raise invalid("member_class", "CLASS_UNCHANGED")
    return timeline.with_change(MembershipChange(day, member_class, may_vote))


def end_membership(timeline: MembershipTimeline, last_day: date, today: date, reason: str) -> MembershipTimeline:
    """Raises FailedPrecondition NOT_A_MEMBER, Invalid BEFORE_LAST_CHANGE or DATE_TOO_FAR."""
    current = timeline.change_in_effect(today)
    if current is None or not current.member_class or (last_day >= current.from_day and timeline.standing_on(last_day) is None):
        raise FailedPrecondition("NOT_A_MEMBER")
    if last_day < current.from_day:
        raise invalid("on", "BEFORE_LAST_CHANGE", last_change=current.from_day.isoformat())
    if last_day > one_year_after(today):
        raise invalid("on", "DATE_TOO_FAR")
    kept = tuple(change for change in timeline.changes if change.from_day <= last_day)
    return MembershipTimeline((*kept, MembershipChange(last_day + _DAY, "", may_vote=False, reason=reason)))


def apply_vote_rights(timeline: MembershipTimeline, votes: Mapping[str, bool], from_day: date) -> MembershipTimeline:
    """Sets voting rights from that day on as the rules give them to each class; a class unknown to the rules keeps its right."""
    changed = timeline
    current = timeline.change_in_effect(from_day)
    carried_over = () if current is None or current.from_day == from_day else (replace(current, from_day=from_day),)
    for change in (*carried_over, *timeline.changes_from(from_day)):
        right = votes.get(change.member_class, change.may_vote)
        if right != change.may_vote:
            changed = changed.with_change(replace(change, may_vote=right))
    return changed


def one_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
