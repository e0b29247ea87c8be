"""Class and vote right as of any day: right on the day before, on, and after every change."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.refusals import FailedPrecondition, Invalid
from services.membership.domain.membership_timeline import (
    MembershipChange,
    MembershipStanding,
    MembershipTimeline,
    admit,
    apply_vote_rights,
    change_class,
    end_membership,
    one_year_after,
)

DAY = timedelta(days=1)
TODAY = date(2026, 3, 1)
WORKER = MembershipTimeline((MembershipChange(date(2026, 1, 10), "worker", may_vote=True),))
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def timelines(draw: st.DrawFn) -> MembershipTimeline:
    """Any line that admissions, changes and ends could have made."""
    changes: list[MembershipChange] = []
    for day in sorted(draw(st.sets(DAYS, max_size=6))):
        inside = bool(changes and changes[-1].member_class)
        member_class = draw(st.sampled_from(["worker", "supporter", "investor", *([""] if inside else [])]))
        changes.append(MembershipChange(day, member_class, may_vote=bool(member_class) and draw(st.booleans())))
    return MembershipTimeline(tuple(changes))


@pytest.mark.capability("M2")
@given(timelines())
def test_every_change_holds_from_its_day_and_not_the_day_before(line: MembershipTimeline) -> None:
    before = ("", False)
    for change in line.changes:
        assert class_and_vote_right(line, change.from_day - DAY) == before
        assert class_and_vote_right(line, change.from_day) == (change.member_class, change.may_vote)
        following = next((one for one in line.changes if one.from_day > change.from_day), None)
        after = following if following and following.from_day == change.from_day + DAY else change
        assert class_and_vote_right(line, change.from_day + DAY) == (after.member_class, after.may_vote)
        before = (change.member_class, change.may_vote)


@pytest.mark.capability("M2")
@given(timelines(), DAYS)
def test_standings_never_overlap_and_agree_with_every_day(line: MembershipTimeline, day: date) -> None:
    spans = line.standings()
    for one, following in pairwise(spans):
        assert one.to_day is not None
        assert one.to_day < following.from_day
    inside = [span for span in spans if span.from_day <= day and (span.to_day is None or day <= span.to_day)]
    assert inside == ([line.standing_on(day)] if line.standing_on(day) else [])


@given(timelines(), DAYS, DAYS)
def test_a_change_of_class_touches_no_day_before_it(line: MembershipTimeline, day: date, today: date) -> None:
    if not line.changes:
        return
    try:
        changed = change_class(line, "other", day, today, may_vote=True)
    except (Invalid, FailedPrecondition):
        return
    assert class_and_vote_right(changed, day) == ("other", True)
    assert day <= one_year_after(today)
    for earlier in probe_days(line, day):
        if earlier < day:
            assert class_and_vote_right(changed, earlier) == class_and_vote_right(line, earlier)


@given(timelines(), DAYS, DAYS)
def test_an_end_holds_for_ever_after_and_touches_no_day_until_then(line: MembershipTimeline, last_day: date, today: date) -> None:
    try:
        ended = end_membership(line, last_day, today, "left")
    except (Invalid, FailedPrecondition):
        return
    assert class_and_vote_right(ended, last_day) == class_and_vote_right(line, last_day) != ("", False)
    for day in probe_days(line, last_day):
        assert class_and_vote_right(ended, day) == (class_and_vote_right(line, day) if day <= last_day else ("", False))


@given(timelines(), st.dictionaries(st.sampled_from(["worker", "supporter", "investor"]), st.booleans()), DAYS)
def test_new_rules_change_rights_from_their_day_and_classes_never(line: MembershipTimeline, votes: dict[str, bool], from_day: date) -> None:
    followed = apply_vote_rights(line, votes, from_day)
    for day in probe_days(line, from_day):
        member_class, may_vote = class_and_vote_right(line, day)
        assert class_and_vote_right(followed, day) == (member_class, votes.get(member_class, may_vote) if day >= from_day else may_vote)
    assert apply_vote_rights(followed, votes, from_day) == followed


@given(timelines(), DAYS)
def test_nobody_is_admitted_into_days_they_were_a_member_already(line: MembershipTimeline, day: date) -> None:
    admitted = admit(line, "worker", day, may_vote=True)
    if admitted is None:
        assert line.changes
        assert line.changes[-1].member_class or day < line.changes[-1].from_day
    else:
        assert line.standing_on(day) is None
        assert admitted.standing_on(day) == MembershipStanding("worker", may_vote=True, from_day=day, to_day=None)
        assert admitted.latest_membership()[1] is None


def test_a_correction_on_the_day_of_admission_replaces_it() -> None:
    changed = change_class(WORKER, "supporter", date(2026, 1, 10), TODAY, may_vote=True)
    assert changed.standings() == (MembershipStanding("supporter", may_vote=True, from_day=date(2026, 1, 10), to_day=None),)


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2026, 1, 9), "BEFORE_LAST_CHANGE"), (date(2027, 3, 2), "DATE_TOO_FAR")],
)
def test_a_class_is_not_changed_before_the_last_change_nor_beyond_a_year(day: date, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        change_class(WORKER, "supporter", day, TODAY, may_vote=True)
    assert refused.value.reason == reason
    assert change_class(WORKER, "supporter", date(2027, 3, 1), TODAY, may_vote=True).standing_on(date(2027, 3, 1)) is not None


def test_a_class_is_not_changed_to_itself() -> None:
    with pytest.raises(Invalid, match="CLASS_UNCHANGED"):
        change_class(WORKER, "worker", TODAY, TODAY, may_vote=True)


def test_who_has_left_or_is_about_to_changes_no_class() -> None:
    with pytest.raises(FailedPrecondition, match="MEMBERSHIP_ENDS"):
        change_class(end_membership(WORKER, TODAY + DAY, TODAY, "left"), "supporter", TODAY, TODAY, may_vote=True)
    with pytest.raises(FailedPrecondition, match="NOT_A_MEMBER"):
        change_class(end_membership(WORKER, TODAY - DAY, TODAY, "left"), "supporter", TODAY, TODAY, may_vote=True)


def test_a_death_is_entered_for_its_day_although_something_was_planned() -> None:
    planned = change_class(WORKER, "supporter", date(2026, 6, 1), TODAY, may_vote=True)
    ended = end_membership(planned, date(2026, 2, 20), TODAY, "died")
    assert ended.standings() == (MembershipStanding("worker", may_vote=True, from_day=date(2026, 1, 10), to_day=date(2026, 2, 20)),)
    assert ended.latest_membership() == (date(2026, 1, 10), date(2026, 2, 20))


def test_an_end_reaches_back_no_further_than_the_last_change() -> None:
    with pytest.raises(Invalid, match="BEFORE_LAST_CHANGE"):
        end_membership(WORKER, date(2026, 1, 9), TODAY, "died")


def test_a_planned_end_may_come_sooner_but_not_later() -> None:
    leaving = end_membership(WORKER, date(2026, 5, 31), TODAY, "left")
    assert end_membership(leaving, date(2026, 4, 30), TODAY, "died").latest_membership() == (date(2026, 1, 10), date(2026, 4, 30))
    with pytest.raises(FailedPrecondition, match="NOT_A_MEMBER"):
        end_membership(leaving, date(2026, 6, 30), TODAY, "left")


def test_a_year_after_the_leap_day_is_the_last_of_february() -> None:
    assert one_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def class_and_vote_right(line: MembershipTimeline, day: date) -> tuple[str, bool]:
    standing = line.standing_on(day)
    return (standing.member_class, standing.may_vote) if standing else ("", False)


def probe_days(line: MembershipTimeline, day: date) -> list[date]:
    """The days around everything that happens."""
    around = [day, *(change.from_day for change in line.changes)]
    return sorted({one + shift for one in around for shift in (-DAY, 0 * DAY, DAY)})
