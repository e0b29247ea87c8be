"""A standing place: as many as the visits need workers, one after the other, ended from a day on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import SeriesState
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid
from services.scheduling.domain.standing_place import StandingPlace, end, first_free_day, holds_on, take
from services.scheduling.domain.visit_series import NewSeries, VisitSeries, propose

TODAY = date(2027, 3, 1)
ADA, WREN, JO, ROBIN = (UUID(int=number) for number in range(1, 5))
JOINED = datetime(2026, 9, 1, tzinfo=UTC)


def a_series(workers: int = 1) -> VisitSeries:
    new = NewSeries(TODAY, (1, 4), 1, 540, 60, None, workers)
    proposed = propose(UUID(int=9), ADA, UUID(int=8), new, ZoneInfo("Europe/London"), TODAY, ADA)
    return replace(proposed, state=SeriesState.AGREED)


def a_place(worker: UUID, since: int = 0, last: int | None = None) -> StandingPlace:
    """From so many days after today until so many."""
    return StandingPlace(UUID(int=9), worker, day(since), JOINED, None if last is None else day(last))


def day(after: int) -> date:
    return TODAY + timedelta(days=after)


def test_it_holds_from_its_first_day_to_its_last() -> None:
    assert [holds_on(a_place(WREN, 2, 4), day(after)) for after in range(1, 6)] == [False, True, True, True, False]
    assert holds_on(a_place(WREN), day(5000))


@pytest.mark.parametrize(
    ("workers", "others", "free"),
    [
        (1, [], 0),
        (1, [a_place(WREN)], None),
        (2, [a_place(WREN)], 0),
        (1, [a_place(WREN, -9, 6)], 7),
        (1, [a_place(WREN, -9, -1)], 0),
        (1, [a_place(WREN, -9, 6), a_place(JO, 7)], None),
        (1, [a_place(WREN, -9, 6), a_place(JO, 7, 20)], 21),
        (2, [a_place(WREN, -9, 6), a_place(JO)], 7),
        (2, [a_place(WREN, -9, 6), a_place(JO, 0, 3)], 4),
    ],
)
def test_one_more_begins_when_a_place_is_free_for_good(workers: int, others: list[StandingPlace], free: int | None) -> None:
    assert first_free_day(workers, others, TODAY) == (None if free is None else day(free))


def test_a_series_has_as_many_as_its_visits_need_workers() -> None:
    with pytest.raises(FailedPrecondition, match="STANDING_PLACES_TAKEN"):
        take(a_series(), a_place(JO), [a_place(WREN)])
    assert take(a_series(2), a_place(JO), [a_place(WREN)]) == a_place(JO)
    assert take(a_series(), a_place(JO), [a_place(WREN, -9, 6)]) == a_place(JO, 7), "after the other's last day"
    with pytest.raises(AlreadyExists, match="STANDING_PLACE_YOURS"):
        take(a_series(2), a_place(WREN), [a_place(WREN, -9)])


def test_who_changes_their_mind_goes_on_if_nobody_comes_after_them() -> None:
    assert take(a_series(), a_place(WREN), [a_place(WREN, -9, 6)]) == a_place(WREN, -9)
    with pytest.raises(FailedPrecondition, match="STANDING_PLACES_TAKEN"):
        take(a_series(), a_place(WREN), [a_place(WREN, -9, 6), a_place(JO, 7)])
    with pytest.raises(FailedPrecondition, match="STANDING_PLACES_TAKEN"):
        take(a_series(), a_place(WREN), [a_place(WREN, -9, 6), a_place(JO, 7, 20)])
    assert take(a_series(), a_place(WREN), [a_place(WREN, -9, -1)]) == a_place(WREN), "one that is over begins anew"


def test_it_ends_from_a_day_on() -> None:
    assert end(a_place(WREN), day(7), TODAY) == a_place(WREN, 0, 6)
    assert end(a_place(WREN, 0, 6), day(2), TODAY) == a_place(WREN, 0, 1), "earlier than it was going to"
    for from_day, reason in ((None, "DATE_MALFORMED"), (day(-1), "VISIT_PAST"), (day(7), "STANDING_ENDS_EARLIER")):
        with pytest.raises(Invalid, match=reason):
            end(a_place(WREN, 0, 6), from_day, TODAY)
