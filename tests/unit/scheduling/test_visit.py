"""A visit's states: every path through them, and when a visit may be."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import VisitState
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, Refusal
from services.scheduling.domain import visit as visits
from services.scheduling.domain.visit import Step, Visit, VisitTime, make_time

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA, WREN, SISTER, TEAM, ID = (UUID(int=number) for number in range(1, 6))
FIRST = VisitTime(date(2026, 3, 3), NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
OTHER = VisitTime(date(2026, 3, 4), NOW + timedelta(days=2), NOW + timedelta(days=2, hours=2))
PROPOSED, AGREED, MOVING, DECLINED, CANCELLED = (
    VisitState.PROPOSED,
    VisitState.AGREED,
    VisitState.MOVING,
    VisitState.DECLINED,
    VisitState.CANCELLED,
)
OVER = (DECLINED, CANCELLED)
TABLE: dict[VisitState, tuple[VisitState | str, ...]] = {
    # agree, decline, move, cancel, take
    PROPOSED: (AGREED, DECLINED, PROPOSED, CANCELLED, "VISIT_NOT_AGREED"),
    AGREED: ("VISIT_AGREED", "VISIT_AGREED", MOVING, CANCELLED, AGREED),
    MOVING: (AGREED, AGREED, MOVING, CANCELLED, MOVING),
    DECLINED: ("VISIT_OVER", "VISIT_OVER", "VISIT_OVER", "VISIT_OVER", "VISIT_OVER"),
    CANCELLED: ("VISIT_OVER", "VISIT_OVER", "VISIT_OVER", "VISIT_OVER", "VISIT_OVER"),
}
"""By state and step, written down once more: the state that follows, or why the step is refused."""


def a_visit(workers: int = 1) -> Visit:
    return visits.propose(ID, ADA, TEAM, FIRST, workers, WREN)


def take_step(visit: Visit, step: Step, now: datetime = NOW) -> Visit:
    match step:
        case Step.AGREE:
            return visits.agree(visit, ADA, now)
        case Step.DECLINE:
            return visits.decline(visit)
        case Step.MOVE:
            return visits.move(visit, OTHER, SISTER, now)
        case Step.CANCEL:
            return visits.cancel(visit, ADA, now)
        case Step.TAKE:
            visits.require_free_place(visit, 0, now)
            return visit


def reason_of(visit: Visit, step: Step, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as refused:
        take_step(visit, step, now)
    return refused.value.reason


@pytest.mark.capability("S6")
def test_every_path_of_five_steps_is_what_the_table_says() -> None:
    taken = 0
    for path in product(Step, repeat=5):
        visit = a_visit()
        for step in path:
            following = TABLE[visit.state][list(Step).index(step)]
            if not isinstance(following, VisitState):
                assert reason_of(visit, step) == following
                break
            before, visit = visit, take_step(visit, step)
            taken += 1
            assert visit.state is following
            assert visit.version == before.version + (step is not Step.TAKE)
            assert (visit.other_starts is not None) == (visit.state is VisitState.MOVING)
            assert (visit.agreed_by == ADA) == (visit.state in (VisitState.AGREED, VisitState.MOVING)) or visit.state in OVER
    assert taken > 1000


def test_each_refusal_says_why() -> None:
    agreed = take_step(a_visit(), Step.AGREE)
    assert reason_of(a_visit(), Step.TAKE) == "VISIT_NOT_AGREED"
    assert reason_of(agreed, Step.AGREE) == reason_of(agreed, Step.DECLINE) == "VISIT_AGREED"
    for step in Step:
        assert reason_of(take_step(agreed, Step.CANCEL), step) == "VISIT_OVER"


@pytest.mark.capability("S6")
def test_an_agreed_visit_stays_at_its_time_until_the_person_agrees_to_another() -> None:
    moving = take_step(take_step(a_visit(), Step.AGREE), Step.MOVE)
    assert (moving.starts, moving.proposed_by, moving.other_proposed_by) == (FIRST.starts, WREN, SISTER)

    moved, stayed = take_step(moving, Step.AGREE), take_step(moving, Step.DECLINE)
    assert (moved.day, moved.starts, moved.ends, moved.proposed_by) == (OTHER.day, OTHER.starts, OTHER.ends, SISTER)
    assert (stayed.day, stayed.starts, stayed.ends, stayed.proposed_by) == (FIRST.day, FIRST.starts, FIRST.ends, WREN)


def test_a_proposal_moves_at_once() -> None:
    moved = take_step(a_visit(), Step.MOVE)
    assert (moved.state, moved.starts, moved.proposed_by) == (VisitState.PROPOSED, OTHER.starts, SISTER)


def test_nothing_of_the_plan_changes_once_the_visit_has_started() -> None:
    agreed = take_step(a_visit(), Step.AGREE)
    moving = take_step(agreed, Step.MOVE)
    for visit, step in ((a_visit(), Step.AGREE), (agreed, Step.MOVE), (agreed, Step.CANCEL), (agreed, Step.TAKE), (moving, Step.AGREE)):
        assert reason_of(visit, step, FIRST.starts) == "VISIT_STARTED"
    earlier = visits.move(agreed, VisitTime(date(2026, 3, 2), NOW + timedelta(hours=1), NOW + timedelta(hours=2)), WREN, NOW)
    after = NOW + timedelta(hours=1)
    assert reason_of(earlier, Step.AGREE, after) == "VISIT_STARTED", "the other time has gone by"
    states = {step: take_step(earlier, step, after).state for step in Step if step is not Step.AGREE}
    assert states == {Step.DECLINE: AGREED, Step.MOVE: MOVING, Step.CANCEL: CANCELLED, Step.TAKE: MOVING}


def test_the_person_cancels_and_who_proposed_takes_it_back_before() -> None:
    assert visits.cancel(a_visit(), WREN, NOW).state is VisitState.CANCELLED
    for visit, by in ((a_visit(), SISTER), (take_step(a_visit(), Step.AGREE), WREN)):
        with pytest.raises(NotAllowed, match="NOT_YOURS_TO_CANCEL"):
            visits.cancel(visit, by, NOW)


def test_a_visit_for_two_has_two_places() -> None:
    double = take_step(a_visit(2), Step.AGREE)
    visits.require_free_place(double, 1, NOW)
    for visit, taken in ((double, 2), (take_step(a_visit(), Step.AGREE), 1)):
        with pytest.raises(AlreadyExists, match="VISIT_TAKEN"):
            visits.require_free_place(visit, taken, NOW)
    for workers in (-1, 0, 3, 2**31 - 1):
        with pytest.raises(Invalid, match="VISIT_WORKERS"):
            visits.propose(ID, ADA, TEAM, FIRST, workers, WREN)


def test_a_stale_page_changes_nothing() -> None:
    visits.require_version(a_visit(), 1)
    with pytest.raises(Conflict, match="VERSION_STALE"):
        visits.require_version(a_visit(), 2)


def test_local_times_are_those_of_the_zone_also_over_a_clock_change() -> None:
    winter = make_time(LONDON, date(2026, 3, 28), 8 * 60, 60, NOW)
    summer = make_time(LONDON, date(2026, 3, 29), 8 * 60, 60, NOW)
    assert (summer.starts - winter.starts, summer.ends - summer.starts) == (timedelta(hours=23), timedelta(hours=1))
    night = make_time(LONDON, date(2026, 3, 28), 23 * 60, 8 * 60, NOW)
    assert night.ends.astimezone(LONDON).hour == 8, "eight real hours over the short night"
    twice = make_time(LONDON, date(2026, 10, 25), 90, 30, datetime(2026, 10, 1, tzinfo=UTC))
    assert twice.starts == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "the first of the two"


@pytest.mark.parametrize(
    ("day", "start", "minutes", "reason"),
    [
        (None, 480, 60, "DATE_MALFORMED"),
        (date(2026, 3, 29), 90, 60, "TIME_SKIPPED"),
        (date(2026, 3, 3), 1440, 60, "CLOCK_TIME_MALFORMED"),
        (date(2026, 3, 3), -1, 60, "CLOCK_TIME_MALFORMED"),
        (date(2026, 3, 3), 480, 0, "VISIT_LENGTH"),
        (date(2026, 3, 3), 480, 26 * 60, "VISIT_LENGTH"),
        (date(2026, 3, 2), 9 * 60, 60, "VISIT_PAST"),
        (date.min, 480, 60, "VISIT_PAST"),
        (date.max, 480, 60, "VISIT_TOO_FAR"),
        (date(2027, 3, 9), 480, 60, "VISIT_TOO_FAR"),
    ],
)
def test_a_time_that_cannot_be_is_refused(day: date | None, start: int, minutes: int, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        make_time(LONDON, day, start, minutes, NOW)


def test_a_visit_of_a_whole_day_may_be() -> None:
    assert make_time(LONDON, date(2026, 3, 3), 0, 1440, NOW).ends == datetime(2026, 3, 4, tzinfo=UTC)


def test_nothing_starts_again_once_refused() -> None:
    with pytest.raises(FailedPrecondition, match="VISIT_OVER"):
        visits.decline(take_step(a_visit(), Step.DECLINE))
