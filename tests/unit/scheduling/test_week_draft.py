"""A draft's states: every path through them; how far a part has come; and what a draft may propose."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.scheduling.v1.enums import DraftAnswer, DraftPart, DraftPlaceKind, VisitState, WayOfGoing, WeekDraftState
from libs.places import read_places
from libs.refusals import Conflict, FailedPrecondition, Invalid
from services.scheduling.domain.draft_choice import DAY_PARTS, WorkerDraftChoice, is_free, worker_choice
from services.scheduling.domain.draft_inputs import WeekFacts, number, pose
from services.scheduling.domain.draft_reasons import points_for_others
from services.scheduling.domain.taking import WorkerFacts
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.ways import read_ways
from services.scheduling.domain.week_draft import (
    NEXT,
    DraftPlace,
    DraftStep,
    DraftVisit,
    VisitNow,
    changes_between,
    part_of,
    require_publishable,
    start,
    step,
)

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 9)
STARTS = datetime(2026, 3, 9, 9, tzinfo=UTC)
ADA, WREN, ROBIN, JAY, DRAFT, VISIT, OTHER, TEAM = (UUID(int=number) for number in range(1, 9))
MAKING, DRAFTED, ASKED = WeekDraftState.MAKING, WeekDraftState.DRAFT, WeekDraftState.ASKED
TABLE: dict[WeekDraftState, tuple[WeekDraftState | None, ...]] = {
    # stop, finish, fail, choose, send, publish, drop
    MAKING: (MAKING, DRAFTED, WeekDraftState.FAILED, None, None, None, WeekDraftState.DROPPED),
    DRAFTED: (None, None, None, DRAFTED, ASKED, None, WeekDraftState.DROPPED),
    ASKED: (None, None, None, ASKED, None, WeekDraftState.PUBLISHED, WeekDraftState.DROPPED),
    WeekDraftState.PUBLISHED: (None,) * 7,
    WeekDraftState.DROPPED: (None,) * 7,
    WeekDraftState.FAILED: (None,) * 7,
}
"""By state and step, written down once more: the state that follows, or none."""
REFUSALS = {MAKING: "WEEK_DRAFT_IN_THE_MAKING", DRAFTED: "WEEK_DRAFT_NOT_ASKED", ASKED: "WEEK_DRAFT_ASKED"}


@pytest.mark.capability("S6")
def test_every_path_of_four_steps_is_what_the_table_says() -> None:
    for path in product(DraftStep, repeat=4):
        draft = start(DRAFT, ADA, MONDAY, 100, NOW, together=False)
        for each in path:
            following = TABLE[draft.state][list(DraftStep).index(each)]
            if following is None:
                with pytest.raises(FailedPrecondition, match=REFUSALS.get(draft.state, "WEEK_DRAFT_OVER")):
                    step(draft, each)
                break
            draft = step(draft, each)
            assert draft.state is following
    assert [state for state, steps in NEXT.items() if steps] == [MAKING, DRAFTED, ASKED], "as the unique index says"
    assert [len(steps) for steps in NEXT.values()] == [4, 3, 3, 0, 0, 0]


def a_visit(**changes: object) -> DraftVisit:
    visit = DraftVisit(DRAFT, VISIT, 1, ADA, ADA, TEAM, STARTS, STARTS + timedelta(hours=1), 1, 2)
    return replace(visit, **changes)  # type: ignore[arg-type]  # fields of the visit


def a_place(worker: UUID, kind: DraftPlaceKind, answer: DraftAnswer = DraftAnswer.WAITING) -> DraftPlace:
    return DraftPlace(DRAFT, VISIT, worker, ADA, ADA, kind, answer)


NEW, GONE, STAYS = DraftPlaceKind.NEW, DraftPlaceKind.GONE, DraftPlaceKind.STAYS
YES, NO = DraftAnswer.YES, DraftAnswer.NO
AS_IT_WAS = VisitNow(2, frozenset({ROBIN}))


@pytest.mark.capability("S6")
@pytest.mark.parametrize(
    ("places", "now", "part"),
    [
        ([a_place(ROBIN, STAYS)], None, DraftPart.UNCHANGED),
        ([a_place(WREN, NEW), a_place(ROBIN, GONE, YES)], AS_IT_WAS, DraftPart.WAITING),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, GONE)], AS_IT_WAS, DraftPart.WAITING),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, GONE, NO)], AS_IT_WAS, DraftPart.DECLINED),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, GONE, YES)], AS_IT_WAS, DraftPart.AGREED),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, STAYS)], AS_IT_WAS, DraftPart.AGREED),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, GONE, YES)], VisitNow(3, frozenset({ROBIN})), DraftPart.STALE),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, GONE, YES)], VisitNow(2, frozenset()), DraftPart.STALE),
        ([a_place(WREN, NEW, YES), a_place(ROBIN, GONE, YES)], VisitNow(2, frozenset({ROBIN, JAY})), DraftPart.STALE),
        ([a_place(WREN, NEW, YES)], None, DraftPart.STALE),
    ],
)
def test_a_part_is_agreed_once_all_said_yes_and_the_visit_is_as_it_was(
    places: list[DraftPlace], now: VisitNow | None, part: DraftPart
) -> None:
    assert part_of(a_visit(), places, now) is part
    assert part_of(a_visit(published=True), places, now) is DraftPart.PUBLISHED
    expected = DraftPart.DECLINED if part in (DraftPart.WAITING, DraftPart.AGREED) else part
    assert part_of(a_visit(answer=NO), places, now) is expected, "not this one"


@pytest.mark.capability("S6")
@pytest.mark.parametrize(
    ("answer", "coming", "part"),
    [
        (DraftAnswer.WAITING, {ROBIN}, DraftPart.AGREED),
        (DraftAnswer.WAITING, set(), DraftPart.AGREED),
        (NO, {ROBIN}, DraftPart.DECLINED),
        (YES, {JAY}, DraftPart.STALE),
    ],
)
def test_without_a_worker_their_silence_is_a_yes_and_their_no_counts(answer: DraftAnswer, coming: set[UUID], part: DraftPart) -> None:
    places, now = [a_place(WREN, NEW, YES), a_place(ROBIN, GONE, answer)], VisitNow(2, frozenset(coming))
    assert part_of(a_visit(), places, now, ROBIN) is part
    wren_is_asked = part_of(a_visit(), [a_place(WREN, NEW), a_place(ROBIN, GONE)], now, ROBIN)
    assert wren_is_asked is (DraftPart.STALE if part is DraftPart.STALE else DraftPart.WAITING)


def test_only_what_is_agreed_is_published_and_the_first_that_is_not_is_named() -> None:
    parts = {VISIT: DraftPart.AGREED, OTHER: DraftPart.WAITING}
    require_publishable([VISIT], parts)
    with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED") as refused:
        require_publishable([OTHER, VISIT], parts)
    assert refused.value.details["visit"] == str(OTHER)
    with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED"):
        require_publishable([JAY], parts)
    with pytest.raises(Invalid, match="WEEK_DRAFT_NOTHING_CHOSEN"):
        require_publishable([], parts)


@given(published=st.sets(st.sampled_from([WREN, ROBIN, JAY])), planned=st.sets(st.sampled_from([WREN, ROBIN, JAY])))
def test_who_comes_after_all_changes_is_who_is_planned(published: set[UUID], planned: set[UUID]) -> None:
    kinds = changes_between(published, planned)
    gone = {worker for worker, kind in kinds.items() if kind is GONE}
    new = {worker for worker, kind in kinds.items() if kind is NEW}
    assert (published - gone) | new == planned
    assert not new & published


def test_what_is_the_workers_own_is_one_sum() -> None:
    points = {"travel": 25, "new_face": 30, "short_of_wish": -10, "change": 0, "nobody": 0}
    assert points_for_others(points) == {"new_face": 30, "change": 0, "nobody": 0, "own": 15}


@pytest.mark.capability("S1")
def test_free_times_are_parts_of_the_day_by_the_clock() -> None:
    mornings = worker_choice(WREN, 0, ["tue_morning", "mon_morning"], NOW, may_change=False)
    assert (mornings.wished_minutes, mornings.free_parts) == (None, ("mon_morning", "tue_morning"))
    for hour, hours, expected in ((6, 6, True), (9, 1, True), (11.5, 1, False), (5.75, 1, False), (12, 1, False)):
        begin = STARTS.replace(hour=0) + timedelta(hours=hour)
        assert is_free(ZONE, mornings, begin, begin + timedelta(hours=hours)) is expected, hour
    anytime = worker_choice(WREN, 600, [], NOW, may_change=True)
    assert is_free(ZONE, anytime, STARTS, STARTS + timedelta(hours=24))
    # In summer the clock is an hour ahead: 11:30 in UTC is in the afternoon.
    summer = datetime(2026, 6, 1, 11, 30, tzinfo=UTC)
    assert not is_free(ZONE, mornings, summer, summer + timedelta(minutes=15))
    for wished, parts, reason in ((-1, [], "WISHED_HOURS"), (10_081, [], "WISHED_HOURS"), (0, ["mon_noon"], "DAY_PART_UNKNOWN")):
        with pytest.raises(Invalid, match=reason):
            worker_choice(WREN, wished, parts, NOW, may_change=False)
    assert len(set(DAY_PARTS)) == 28


def a_week(**changes: object) -> WeekFacts:
    visits = [
        Visit(VISIT, ADA, TEAM, MONDAY, STARTS, STARTS + timedelta(hours=1), 1, VisitState.AGREED, ADA, ADA, version=2),
        Visit(
            OTHER, ADA, TEAM, MONDAY, STARTS + timedelta(hours=8), STARTS + timedelta(hours=9), 2, VisitState.AGREED, ADA, ADA, version=2
        ),
    ]
    facts = {worker: WorkerFacts("worker", NOW) for worker in (WREN, ROBIN, JAY)}
    week = WeekFacts(
        MONDAY,
        NOW,
        visits,
        {OTHER: (ROBIN,)},
        {worker: WorkerDraftChoice(worker, 600, (), may_change=False, since=NOW) for worker in (WREN, JAY)},
        {VISIT: facts, OTHER: facts | {JAY: WorkerFacts("worker", NOW, away=True)}},
        frozenset(),
        {ADA: {WREN: 3}},
        {WREN: 480},
    )
    return replace(week, **changes)  # type: ignore[arg-type]  # fields of the week


@pytest.mark.capability("S1")
def test_the_engine_gets_numbers_and_only_who_may_be_proposed() -> None:
    week = a_week()
    numbers = number(week)
    problem = pose(ZONE, week, numbers)
    wren, robin, jay = (problem.workers[numbers.workers[worker] - 1] for worker in (WREN, ROBIN, JAY))
    assert (wren.cannot, wren.known, wren.wished_minutes, wren.daily_rest) == ({}, {"person-1": 3}, 120, 660)
    assert jay.cannot == {"visit-2": "WORKER_AWAY"}
    assert robin.cannot == {"visit-1": "NOT_IN_DRAFTS"}, "who comes to a visit is in the week, and is not proposed for another"
    first, second = problem.visits
    assert (first.start, first.end, first.kept, first.published) == (9 * 60, 10 * 60, frozenset(), frozenset())
    assert second.kept == second.published == frozenset({robin.id}), "Robin stays"
    assert not [text for text in (ADA, WREN, ROBIN, JAY, VISIT, OTHER) if str(text) in repr(problem)]


@pytest.mark.capability("S1")
def test_homes_are_numbers_and_each_way_is_as_the_worker_goes() -> None:
    ways = read_ways(read_places(Path("examples/places/postcodes.csv")), Path("nowhere"))
    choices = {
        WREN: WorkerDraftChoice(WREN, None, (), may_change=False, since=NOW, district="ZZ1", goes=WayOfGoing.BICYCLE),
        JAY: WorkerDraftChoice(JAY, None, (), may_change=False, since=NOW, district="GONE", goes=WayOfGoing.FOOT),
    }
    week = a_week(choices=choices, districts={ADA: "ZZ6"}, ways=ways)
    problem = pose(ZONE, week, number(week))
    wren, robin, jay = problem.workers
    assert ([visit.place for visit in problem.visits], wren.place, robin.place, jay.place) == (["place-1"] * 2, "place-2", "", "")
    assert (wren.goes, robin.goes, jay.goes) == ("bicycle", "", "foot")
    assert problem.travel_by["bicycle"]["place-2", "place-1"] == ways.minutes(WayOfGoing.BICYCLE, "ZZ1", "ZZ6") > 0
    assert "ZZ" not in repr((problem, {way: dict(table) for way, table in problem.travel_by.items()}))
    assert (week.visits_without_way, week.workers_without_way) == (0, 1), "a district that the file no longer has is not known"
    unknown = a_week(choices=choices, ways=ways)
    assert (unknown.visits_without_way, unknown.workers_without_way) == (2, 1)


@pytest.mark.capability("S6")
def test_without_a_worker_nobody_keeps_them_and_they_can_come_to_nothing() -> None:
    week = a_week(absent=ROBIN)
    problem = pose(ZONE, week, number(week))
    assert problem.workers[1].cannot == {"visit-1": "WORKER_ABSENT", "visit-2": "WORKER_ABSENT"}
    assert (sorted(problem.visits[1].kept), sorted(problem.visits[1].published)) == ([], ["worker-2"])


@pytest.mark.capability("S1")
@pytest.mark.parametrize(("person", "worker"), list(product((True, False), repeat=2)))
def test_who_comes_may_be_moved_only_where_both_said_so(person: bool, worker: bool) -> None:  # noqa: FBT001 - a parameter
    choices = {ROBIN: WorkerDraftChoice(ROBIN, None, (), may_change=worker, since=NOW)}
    week = a_week(choices=choices, persons_may_change=frozenset({ADA} if person else ()))
    visit = pose(ZONE, week, number(week)).visits[1]
    assert (visit.kept == frozenset()) is (person and worker)
