"""Two entries of one person are merged: one membership goes on, and both histories stay."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.membership.domain.membership_merge import MERGED, day_of_merge, merge_memberships
from services.membership.domain.membership_timeline import MembershipChange, MembershipStanding, MembershipTimeline, admit, end_membership

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


def timeline(*changes: tuple[date, str]) -> MembershipTimeline:
    return MembershipTimeline(tuple(MembershipChange(day, name, may_vote=name != "investor") for day, name in changes))


NEVER = timeline()
WORKER = timeline((date(2024, 1, 1), "worker"))
INVESTOR = timeline((date(2025, 5, 5), "investor"))
ENDED = timeline((date(2020, 1, 1), "worker"), (date(2021, 1, 1), ""))
MERGED_TODAY = MembershipChange(TODAY + DAY, "", may_vote=False, reason=MERGED)


@pytest.mark.parametrize(
    ("kept", "other", "ends", "taken_over"),
    [
        (WORKER, WORKER, True, None),
        (WORKER, INVESTOR, True, None),
        (end_membership(WORKER, TODAY + 5 * DAY, TODAY, "left"), INVESTOR, True, None),
        (end_membership(WORKER, TODAY, TODAY, "left"), INVESTOR, True, None),
        (WORKER, ENDED, False, None),
        (WORKER, NEVER, False, None),
        (NEVER, INVESTOR, True, MembershipStanding("investor", may_vote=False, from_day=TODAY, to_day=None)),
        (ENDED, WORKER, True, MembershipStanding("worker", may_vote=True, from_day=TODAY, to_day=None)),
        (ENDED, ENDED, False, None),
        (NEVER, NEVER, False, None),
    ],
)
def test_each_case_of_the_table(
    kept: MembershipTimeline, other: MembershipTimeline, taken_over: MembershipStanding | None, *, ends: bool
) -> None:
    merge = merge_memberships(kept, other, TODAY)
    assert merge.other.changes == ((*other.changes, MERGED_TODAY) if ends else other.changes)
    assert merge.taken_over == taken_over


def test_what_was_planned_for_the_other_entry_is_dropped_with_it() -> None:
    planned = INVESTOR.with_change(MembershipChange(TODAY + 30 * DAY, "worker", may_vote=True))
    assert merge_memberships(WORKER, planned, TODAY).other == INVESTOR.with_change(MERGED_TODAY)
    leaving = end_membership(INVESTOR, TODAY + 30 * DAY, TODAY, "left")
    assert merge_memberships(WORKER, leaving, TODAY).other == INVESTOR.with_change(MERGED_TODAY)


def test_a_change_that_took_effect_while_the_event_was_on_its_way_stays() -> None:
    later = INVESTOR.with_change(MembershipChange(TODAY + 2 * DAY, "worker", may_vote=True))
    assert day_of_merge(WORKER, later, TODAY, TODAY + 3 * DAY) == TODAY + 2 * DAY
    assert day_of_merge(WORKER, later, TODAY, TODAY + DAY) == day_of_merge(WORKER, NEVER, TODAY, TODAY) == TODAY


@pytest.mark.parametrize("before", [NEVER, ENDED, timeline((date(2020, 1, 1), "worker"), (TODAY, ""))])
def test_a_kept_entry_that_was_admitted_while_the_event_was_on_its_way_is_not_admitted_again(before: MembershipTimeline) -> None:
    admitted = before.with_change(MembershipChange(TODAY + 2 * DAY, "worker", may_vote=True))
    ended_again = end_membership(admitted, TODAY + 3 * DAY, TODAY + 3 * DAY, "left")
    for kept in (admitted, ended_again):
        day = day_of_merge(kept, INVESTOR, TODAY, TODAY + 5 * DAY)
        merge = merge_memberships(kept, INVESTOR, day)
        assert (day, merge.taken_over) == (TODAY + 2 * DAY, None)
        assert merge.other.standing_on(day + DAY) is None
    backdated = ENDED.with_change(MembershipChange(TODAY - DAY, "worker", may_vote=True))
    assert day_of_merge(backdated, INVESTOR, TODAY, TODAY + 5 * DAY) == TODAY


def test_a_kept_membership_that_ended_while_the_event_was_on_its_way_stays_ended() -> None:
    left = end_membership(WORKER, TODAY + DAY, TODAY + DAY, "left")
    assert day_of_merge(left, INVESTOR, TODAY, TODAY + 5 * DAY) == TODAY
    assert merge_memberships(left, INVESTOR, TODAY).taken_over is None


@st.composite
def timelines(draw: st.DrawFn) -> MembershipTimeline:
    days = sorted(draw(st.sets(st.integers(-400, 200), max_size=6)))
    names = [draw(st.sampled_from(["worker", "investor", ""])) for _ in days]
    return timeline(*((TODAY + day * DAY, name) for day, name in zip(days, names, strict=True)))


@given(timelines(), timelines())
def test_no_past_day_of_either_history_is_lost_and_one_membership_goes_on(kept: MembershipTimeline, other: MembershipTimeline) -> None:
    merge = merge_memberships(kept, other, TODAY)
    for ago in range(402):
        before, after = other.standing_on(TODAY - ago * DAY), merge.other.standing_on(TODAY - ago * DAY)
        assert (before and (before.member_class, before.may_vote)) == (after and (after.member_class, after.may_vote))
    assert {change for change in other.changes if change.from_day <= TODAY} <= {*merge.other.changes}
    was_member = other.standing_on(TODAY) is not None
    assert was_member == (merge.other.changes[-1:] == (MERGED_TODAY,))
    assert (merge.taken_over is not None) == (was_member and kept.standing_on(TODAY) is None)
    if was_member:
        assert all(merge.other.standing_on(TODAY + ahead * DAY) is None for ahead in range(1, 202)), "only the kept entry goes on"


@given(timelines(), timelines(), st.integers(0, 100))
def test_however_late_the_event_is_what_is_taken_over_can_be_admitted(
    kept: MembershipTimeline, other: MembershipTimeline, late: int
) -> None:
    today = TODAY + late * DAY
    # Nobody is admitted for a day to come, and between two memberships there is an end.
    names = [change.member_class for change in kept.changes]
    assume(not any(change.from_day > today for change in kept.changes) and all(a or b for a, b in pairwise(["", *names])))
    merge = merge_memberships(kept, other, day_of_merge(kept, other, TODAY, today))
    if taken := merge.taken_over:
        assert admit(kept, taken.member_class, taken.from_day, may_vote=taken.may_vote) is not None
