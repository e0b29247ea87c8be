"""A series' states: every path through them, and which series may be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import SeriesState
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, Refusal
from services.scheduling.domain import visit_series
from services.scheduling.domain.series_overlap import visits_ahead
from services.scheduling.domain.visit_series import (
    NewSeries,
    SeriesStep,
    VisitSeries,
    begins_on,
    end,
    make_way,
    propose,
    require_replaceable,
)

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ADA, WREN, SISTER, TEAM, ID, OTHER = (UUID(int=number) for number in range(1, 7))
PROPOSED, AGREED, DECLINED, WITHDRAWN, ENDED = (
    SeriesState.PROPOSED,
    SeriesState.AGREED,
    SeriesState.DECLINED,
    SeriesState.WITHDRAWN,
    SeriesState.ENDED,
)
TABLE: dict[SeriesState, tuple[SeriesState | str, ...]] = {
    # agree, decline, withdraw, end
    PROPOSED: (AGREED, DECLINED, WITHDRAWN, "SERIES_NOT_AGREED"),
    AGREED: ("SERIES_AGREED", "SERIES_AGREED", "SERIES_AGREED", ENDED),
    ENDED: ("SERIES_AGREED", "SERIES_AGREED", "SERIES_AGREED", ENDED),
    DECLINED: ("SERIES_OVER", "SERIES_OVER", "SERIES_OVER", "SERIES_OVER"),
    WITHDRAWN: ("SERIES_OVER", "SERIES_OVER", "SERIES_OVER", "SERIES_OVER"),
}
"""By state and step, written down once more: the state that follows, or why the step is refused."""
WEEKLY = NewSeries(TODAY, (1, 4), 1, 9 * 60, 60, None, 1)


def a_series(new: NewSeries = WEEKLY, series_id: UUID = ID, replaces: UUID | None = None) -> VisitSeries:
    return propose(series_id, ADA, TEAM, new, LONDON, TODAY, WREN, replaces)


def agreed(series: VisitSeries) -> VisitSeries:
    return visit_series.agree(series, ADA, TODAY)


def take_step(series: VisitSeries, step: SeriesStep, from_day: date = TODAY + timedelta(days=20)) -> VisitSeries:
    match step:
        case SeriesStep.AGREE:
            return visit_series.agree(series, ADA, TODAY)
        case SeriesStep.DECLINE:
            return visit_series.decline(series)
        case SeriesStep.WITHDRAW:
            return visit_series.withdraw(series, WREN)
        case SeriesStep.END:
            return end(series, from_day, TODAY)


@pytest.mark.capability("S6")
def test_every_path_of_four_steps_is_what_the_table_says() -> None:
    taken = 0
    for path in product(SeriesStep, repeat=4):
        series, day = a_series(), TODAY + timedelta(days=20)
        for step in path:
            following = TABLE[series.state][list(SeriesStep).index(step)]
            if not isinstance(following, SeriesState):
                with pytest.raises(Refusal) as refused:
                    take_step(series, step)
                assert refused.value.reason == following
                break
            before, series = series, take_step(series, step, day)
            taken, day = taken + 1, day - timedelta(days=1)
            assert (series.state, series.version) == (following, before.version + 1)
            assert (series.agreed_by == ADA) == (series.state in (AGREED, ENDED))
            assert (series.last_day is not None) == (series.state is ENDED)
    assert taken > 150


def test_the_person_ends_it_from_a_day_on_and_perhaps_earlier_still() -> None:
    until_march = replace(WEEKLY, last_day=date(2026, 3, 31))
    running = agreed(a_series(until_march))
    ended = end(running, date(2026, 3, 20), TODAY)
    assert ended.last_day == date(2026, 3, 19)
    assert end(ended, TODAY, TODAY).last_day == TODAY - timedelta(days=1)
    for series, from_day, reason in (
        (running, date(2026, 4, 1), "SERIES_ENDS_EARLIER"),
        (ended, date(2026, 3, 20), "SERIES_ENDS_EARLIER"),
        (running, TODAY - timedelta(days=1), "VISIT_PAST"),
    ):
        with pytest.raises(Invalid, match=reason):
            end(series, from_day, TODAY)
    with pytest.raises(FailedPrecondition, match="SERIES_OVER"):
        end(running, date(2026, 4, 1), date(2026, 4, 1))
    with pytest.raises(FailedPrecondition, match="SERIES_OVER"):
        visit_series.agree(a_series(until_march), ADA, date(2026, 4, 1))


def test_who_proposed_it_takes_it_back_and_nobody_else() -> None:
    with pytest.raises(NotAllowed, match="NOT_YOURS_TO_WITHDRAW"):
        visit_series.withdraw(a_series(), SISTER)
    visit_series.require_version(a_series(), 1)
    with pytest.raises(Conflict, match="VERSION_STALE"):
        visit_series.require_version(a_series(), 2)


def test_a_series_makes_way_for_the_one_that_replaces_it() -> None:
    other = a_series(replace(WEEKLY, first_day=date(2026, 3, 16), weekdays=(2,)), OTHER, ID)
    before = agreed(a_series())
    left = make_way(before, begins_on(other, TODAY, NOW), TODAY)
    assert left is not None
    assert (left.state, left.last_day) == (ENDED, date(2026, 3, 15)), "from the day that was named, not from the first visit"
    friday, tuesday = datetime(2026, 3, 20, 8, tzinfo=UTC), datetime(2026, 3, 24, 12, tzinfo=UTC)
    late = make_way(before, begins_on(other, friday.date(), friday), friday.date())
    assert late is not None
    assert late.last_day == date(2026, 3, 19), "agreed late, it ends from that day on"
    assert begins_on(other, tuesday.date(), tuesday) == date(2026, 3, 25), "today's new time has gone by: today stays as it was"
    for over in (end(before, date(2026, 3, 10), TODAY), a_series(), visit_series.decline(a_series())):
        assert make_way(over, begins_on(other, TODAY, NOW), TODAY) is None

    require_replaceable(before, ADA, TODAY)
    with pytest.raises(NotFound, match="SERIES_UNKNOWN"):
        require_replaceable(before, SISTER, TODAY)
    with pytest.raises(FailedPrecondition, match="SERIES_NOT_AGREED"):
        require_replaceable(a_series(), ADA, TODAY)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_day": None}, "DATE_MALFORMED"),
        ({"first_day": TODAY - timedelta(days=1)}, "VISIT_PAST"),
        ({"first_day": date.min}, "VISIT_PAST"),
        ({"first_day": date.max}, "VISIT_TOO_FAR"),
        ({"weekdays": ()}, "SERIES_WEEKDAYS"),
        ({"every_weeks": 5}, "SERIES_EVERY"),
        ({"start": 1440}, "CLOCK_TIME_MALFORMED"),
        ({"start": -1}, "CLOCK_TIME_MALFORMED"),
        ({"minutes": 0}, "VISIT_LENGTH"),
        ({"minutes": 26 * 60}, "VISIT_LENGTH"),
        ({"workers": 0}, "VISIT_WORKERS"),
        ({"workers": 3}, "VISIT_WORKERS"),
        ({"last_day": TODAY - timedelta(days=1)}, "SERIES_EMPTY"),
        ({"weekdays": (7,), "last_day": TODAY + timedelta(days=5)}, "SERIES_EMPTY"),
        ({"last_day": date.min}, "SERIES_EMPTY"),
    ],
)
def test_a_series_that_cannot_be_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        a_series(replace(WEEKLY, **change))  # type: ignore[arg-type]  # fields by name


def test_a_series_may_end_on_any_later_day_or_go_on() -> None:
    assert a_series(replace(WEEKLY, last_day=TODAY)).last_day == TODAY
    assert a_series(replace(WEEKLY, last_day=date.max)).last_day == date.max
    assert a_series().last_day is None


def test_what_overlaps_is_named_and_not_refused() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    monday = (datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 3, 2, 10, 30, tzinfo=UTC))
    before = (datetime(2026, 3, 5, 8, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=UTC))
    nights = agreed(a_series(replace(WEEKLY, weekdays=(7,), start=23 * 60, minutes=11 * 60), OTHER))
    seen = visits_ahead(a_series(), [], [monday, before], TODAY, now)
    assert [visit.overlaps for visit in seen[:4]] == [True, False, False, False], "what ends as it begins is no overlap"
    assert len(seen) == 17
    seen = visits_ahead(a_series(), [nights], [], TODAY, now)
    assert [visit.overlaps for visit in seen[:4]] == [False, False, True, False], "the night before goes into Monday morning"
    made = replace(nights, planned_until=TODAY + timedelta(days=30))
    assert [visit.overlaps for visit in visits_ahead(a_series(), [made], [], TODAY, now)][:5] == [False] * 5, "made ones are in the plan"
