"""A gap between two visits: how far apart they are in minutes that pass, and which rules can be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import SeriesState, VisitDistance, VisitGapState, VisitState
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed
from services.scheduling.domain.visit import Visit, VisitTime, make_time
from services.scheduling.domain.visit_gap import (
    NewGap,
    Part,
    VisitGap,
    agree,
    decline,
    distances,
    end,
    follow,
    propose,
    refusal_of_rule,
    refusal_of_series,
    refusal_of_time,
    require_new,
    require_version,
    time_of,
)
from services.scheduling.domain.visit_series import NewSeries, VisitSeries, days_between, time_on
from services.scheduling.domain.visit_series import propose as propose_series

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 3, 1, 6, tzinfo=UTC)
TODAY = NOW.date()
ADA, JO, WREN, TEAM = (UUID(int=number) for number in range(1, 5))
CLOCKS_FORWARD = date(2027, 3, 28)
"""At one in the morning it is two."""
numbers = count(100)


def new_id() -> UUID:
    return UUID(int=next(numbers))


def at(hour: float, day: date = TODAY, hours: float = 0.5) -> VisitTime:
    return make_time(LONDON, day, int(hour * 60), int(hours * 60), NOW)


def a_visit(hour: float, day: date = TODAY, person: UUID = ADA, series: UUID | None = None) -> Visit:
    when = at(hour, day)
    return Visit(new_id(), person, TEAM, when.day, when.starts, when.ends, 1, VisitState.AGREED, person, series=series)


def a_series(hour: float, weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7), every: int = 1, minutes: int = 30) -> VisitSeries:
    new = NewSeries(TODAY, weekdays, every, int(hour * 60), minutes, None, 1)
    return replace(propose_series(new_id(), ADA, TEAM, new, LONDON, TODAY, ADA), state=SeriesState.AGREED)


def one(visit: Visit) -> Part:
    return Part(visit, None)


def every(series: VisitSeries) -> Part:
    return Part(None, series)


def a_gap(first: Part, second: Part, least: int = 0, most: int = 0, *, next_day: bool = False) -> VisitGap:
    return propose(new_id(), first, second, NewGap(least, most, next_day), WREN)


def times(series: VisitSeries, weeks: int = 13) -> list[VisitTime]:
    return [time_on(series, day) for day in days_between(series, TODAY, TODAY + timedelta(weeks=weeks))]


def breaks(gap: VisitGap, firsts: list[VisitTime], seconds: list[VisitTime]) -> str:
    refusal = refusal_of_rule(gap, firsts, seconds, LONDON)
    return refusal.reason if refusal else ""


@pytest.mark.parametrize(
    ("least", "most", "hour", "distance"),
    [
        (240, 0, 12.5, VisitDistance.KEPT),
        (240, 0, 12.25, VisitDistance.TOO_CLOSE),
        (0, 240, 12.5, VisitDistance.KEPT),
        (0, 240, 12.75, VisitDistance.TOO_FAR),
        (0, 240, 8.25, VisitDistance.TOO_CLOSE),
        (0, 240, 7, VisitDistance.TOO_CLOSE),
        (120, 300, 10.5, VisitDistance.KEPT),
        (240, 240, 12.5, VisitDistance.KEPT),
    ],
)
def test_it_counts_from_the_end_of_the_first_to_the_start_of_the_second(
    least: int, most: int, hour: float, distance: VisitDistance
) -> None:
    breakfast, lunch = a_visit(8), a_visit(hour)
    gap = a_gap(one(breakfast), one(lunch), least, most)
    assert gap.distance(time_of(breakfast), time_of(lunch)) is distance


def test_minutes_are_those_that_pass_over_a_clock_change() -> None:
    evening, morning = a_visit(22, CLOCKS_FORWARD - timedelta(days=1)), a_visit(6, CLOCKS_FORWARD)
    night = a_gap(one(evening), one(morning), 7 * 60)
    assert night.distance(time_of(evening), time_of(morning)) is VisitDistance.TOO_CLOSE, "six and a half hours pass, not seven and a half"
    assert breaks(night, [time_of(evening)], [time_of(morning)]) == "GAP_ARE_TOO_CLOSE"
    assert breaks(a_gap(one(evening), one(morning), 390, 390), [time_of(evening)], [time_of(morning)]) == ""
    # A year of nights is not refused for one; the visit of that night is measured as any.
    late, early = a_series(22), a_series(6)
    nights = a_gap(every(late), every(early), 7 * 60, next_day=True)
    assert breaks(nights, times(late), times(early)) == ""
    assert refusal_of_series(nights, times(early), times(late), LONDON, is_first=False) is None
    assert breaks(replace(nights, least=8 * 60), times(late), times(early)) == "GAP_ARE_TOO_CLOSE"
    its = [replace(visit, series=series.id) for visit, series in ((evening, late), (morning, early))]
    assert [found.distance for found in distances(its, [nights], its)] == [VisitDistance.TOO_CLOSE] * 2


@pytest.mark.parametrize(
    ("moved", "hour", "gap", "reason", "right"),
    [
        ("lunch", 12, (240, 0), "GAP_TOO_CLOSE_AFTER", 12.5),
        ("breakfast", 9, (240, 0), "GAP_TOO_CLOSE_BEFORE", 8.5),
        ("lunch", 15, (0, 360), "GAP_TOO_FAR_AFTER", 14.5),
        ("breakfast", 6.25, (0, 300), "GAP_TOO_FAR_BEFORE", 7.5),
    ],
)
def test_a_refusal_names_both_visits_and_the_time_that_would_be_right(
    moved: str, hour: float, gap: tuple[int, int], reason: str, right: float
) -> None:
    breakfast, lunch = a_visit(8), a_visit(12.5)
    rule = a_gap(one(breakfast), one(lunch), *gap)
    visit, other = (lunch, breakfast) if moved == "lunch" else (breakfast, lunch)
    refusal = refusal_of_time(rule, visit, at(hour), other)
    assert refusal is not None
    assert refusal.reason == reason
    moments = {"visit": at(hour).starts, "other": other.starts, "at": at(right).starts}
    assert refusal.details == {name: moment.isoformat() for name, moment in moments.items()}
    assert refusal_of_time(rule, visit, time_of(visit), other) is None


def test_of_series_it_holds_for_the_visits_of_one_day_or_of_a_day_and_the_next() -> None:
    morning, evening = a_series(8), a_series(20)
    tomorrow = TODAY + timedelta(days=1)
    breakfast, bed, next_breakfast = (
        a_visit(8, series=morning.id), a_visit(20, series=evening.id), a_visit(8, tomorrow, series=morning.id),
    )  # fmt: skip
    day, night = a_gap(every(morning), every(evening), 60), a_gap(every(evening), every(morning), 0, 16 * 60, next_day=True)
    found = distances([breakfast, bed, next_breakfast], [day, night], [breakfast, bed, next_breakfast])
    assert [(one.visit.id, one.gap, one.other.id, one.is_first) for one in found] == [
        (breakfast.id, day, bed.id, True),
        (bed.id, day, breakfast.id, False),
        (bed.id, night, next_breakfast.id, True),
        (next_breakfast.id, night, bed.id, False),
    ]
    assert refusal_of_time(day, next_breakfast, at(19.5), bed) is not None, "moved to the day before, it stands beside what is there"
    assert refusal_of_time(day, next_breakfast, at(19.5, tomorrow), bed) is None
    mixed = a_gap(every(morning), one(bed), 13 * 60)
    assert breaks(mixed, times(morning), [time_of(bed)]) == "GAP_ARE_TOO_CLOSE"
    assert breaks(mixed, times(a_series(8, (2,))), [time_of(bed)]) == "GAP_NEVER_MEET", "that visit is on a Monday"


def test_two_series_that_are_never_on_one_day_keep_nothing() -> None:
    every_third, every_fourth = a_series(8, (1,), 3), a_series(12, (1,), 4)
    assert breaks(a_gap(every(every_third), every(every_fourth), 60), times(every_third), times(every_fourth)) == ""
    monday, tuesday = a_series(8, (1,)), a_series(12, (2,))
    gap = a_gap(every(monday), every(tuesday), 60)
    assert breaks(gap, times(monday), times(tuesday)) == "GAP_NEVER_MEET"
    assert breaks(replace(gap, next_day=True), times(monday), times(tuesday)) == ""


@pytest.mark.parametrize(
    ("least", "most", "reason"),
    [
        (-1, 0, "GAP_LEAST"),
        (1441, 0, "GAP_LEAST"),
        (0, -1, "GAP_MOST"),
        (0, 2881, "GAP_MOST"),
        (0, 0, "GAP_NOTHING"),
        (240, 239, "GAP_CROSSED"),
    ],
)
def test_what_is_no_gap_is_refused(least: int, most: int, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        a_gap(one(a_visit(8)), one(a_visit(12)), least, most)


def test_it_is_about_two_visits_of_one_person() -> None:
    series = a_series(8)
    breakfast = a_visit(8, series=series.id)
    for first, second in ((breakfast, one(breakfast)), (breakfast, every(series))):
        with pytest.raises(Invalid, match="GAP_SAME"):
            a_gap(one(first), second, 60)
    with pytest.raises(Invalid, match="GAP_SAME"):
        a_gap(every(series), every(series), 60, next_day=True)
    with pytest.raises(Invalid, match="GAP_TWO_PERSONS"):
        a_gap(one(breakfast), one(a_visit(12, person=JO)), 60)
    tomorrow = a_visit(8, TODAY + timedelta(days=1), series=series.id)
    assert not a_gap(one(breakfast), one(tomorrow), 60, next_day=True).next_day, "of two single visits their days say all"


def test_rules_of_one_day_close_no_loop() -> None:
    morning, noon, night = (every(a_series(hour)) for hour in (8, 12, 20))

    def rule(first: Part, second: Part, *, next_day: bool = False) -> tuple[VisitGap, Part, Part]:
        return a_gap(first, second, 60, next_day=next_day), first, second

    def is_loop(new: tuple[VisitGap, Part, Part], *others: tuple[VisitGap, Part, Part]) -> bool:
        try:
            require_new(new[0], new[1:], others)
        except Invalid as refusal:
            return refusal.reason == "GAP_LOOP" or [problem.reason for problem in refusal.problems] == ["GAP_LOOP"]
        return False

    assert is_loop(rule(noon, morning), rule(morning, noon))
    assert is_loop(rule(night, morning), rule(morning, noon), rule(noon, night))
    assert not is_loop(rule(night, morning, next_day=True), rule(morning, noon), rule(noon, night)), "the next day is another one"
    assert not is_loop(rule(morning, night), rule(morning, noon), rule(noon, night))
    assert morning.series is not None and noon.series is not None
    breakfast, lunch = one(a_visit(8, series=morning.series.id)), one(a_visit(12, series=noon.series.id))
    assert is_loop(rule(lunch, breakfast), rule(morning, noon)), "a visit of a series is bound by what holds for all of them"
    tomorrow = one(a_visit(8, TODAY + timedelta(days=1), series=morning.series.id))
    assert not is_loop(rule(lunch, tomorrow), rule(morning, noon))
    with pytest.raises(AlreadyExists, match="GAP_EXISTS"):
        require_new(rule(morning, noon)[0], (morning, noon), [rule(morning, noon)])


def test_the_person_agrees_and_ends_it() -> None:
    gap = a_gap(one(a_visit(8)), one(a_visit(12)), 60)
    agreed = agree(gap, ADA)
    assert (agreed.state, agreed.agreed_by, agreed.version) == (VisitGapState.AGREED, ADA, 2)
    assert end(agreed, ADA, TODAY) == replace(agreed, state=VisitGapState.ENDED, last_day=TODAY, version=3)
    assert end(gap, WREN, TODAY).state is VisitGapState.WITHDRAWN
    assert decline(gap, TODAY).last_day == TODAY
    refused: list[tuple[Callable[[], VisitGap], type[Exception], str]] = [
        (lambda: end(agreed, WREN, TODAY), NotAllowed, "NOT_YOURS_TO_END"),
        (lambda: end(gap, JO, TODAY), NotAllowed, "NOT_YOURS_TO_END"),
        (lambda: agree(agreed, ADA), FailedPrecondition, "GAP_AGREED"),
        (lambda: decline(agreed, TODAY), FailedPrecondition, "GAP_AGREED"),
        (lambda: agree(end(agreed, ADA, TODAY), ADA), FailedPrecondition, "GAP_OVER"),
        (lambda: end(decline(gap, TODAY), ADA, TODAY), FailedPrecondition, "GAP_OVER"),
    ]
    for attempt, refusal, reason in refused:
        with pytest.raises(refusal, match=reason):
            attempt()
    with pytest.raises(Conflict, match="VERSION_STALE"):
        require_version(agreed, 1)


def test_a_series_in_another_ones_place_keeps_its_rules() -> None:
    morning, noon, later = a_series(8), a_series(12), a_series(14)
    gap = agree(a_gap(every(morning), every(noon), 240 - 30, 240), ADA)
    following = follow(gap, new_id(), noon.id, later.id)
    assert (following.first_series, following.second_series, following.state) == (morning.id, later.id, VisitGapState.AGREED)
    refusal = refusal_of_series(gap, times(later), times(morning), LONDON, is_first=False)
    assert refusal is not None
    assert (refusal.reason, refusal.details["at"]) == ("GAP_TOO_FAR_AFTER", at(12.5).starts.isoformat())
    assert follow(gap, new_id(), morning.id, later.id).first_series == later.id


def test_a_part_is_over_with_its_last_visit() -> None:
    visit, series = a_visit(8), a_series(8)
    tomorrow = TODAY + timedelta(days=1)
    cases = [
        (one(visit), False),
        (one(replace(visit, state=VisitState.CANCELLED)), True),
        (one(replace(visit, ends=NOW)), True),
        (every(series), False),
        (every(replace(series, state=SeriesState.ENDED, last_day=tomorrow)), False),
        (every(replace(series, state=SeriesState.ENDED, last_day=TODAY - timedelta(days=1))), True),
        (every(replace(series, state=SeriesState.DECLINED)), True),
    ]
    assert [part.is_over(TODAY, NOW) for part, _ in cases] == [over for _, over in cases]
