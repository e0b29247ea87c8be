"""On which days an agreement to share holds: as long as what it is about goes on, and never two about one series on one day."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from kith.scheduling.v1.enums import SharingState
from services.scheduling.domain.sharing import Sharing, end_unused, stop_before

ADA, BEA, SERIES = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2026, 3, 4)


def agreed(first: date, last: date | None = None) -> Sharing:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Sharing(UUID(int=9), ADA, BEA, None, SERIES, 1, 1, False, first, last, SharingState.AGREED, ADA, ADA, at)  # noqa: FBT003 - a field


def day(number: int) -> date:
    return date(2026, 3, number)


@pytest.mark.parametrize(
    ("sharing", "from_day", "state", "last"),
    [
        (agreed(day(1)), day(9), SharingState.AGREED, day(8)),
        (agreed(day(1), day(6)), day(9), SharingState.AGREED, day(6)),
        (agreed(day(1)), day(5), SharingState.AGREED, TODAY),
        (agreed(day(1)), TODAY, SharingState.ENDED, day(3)),
        (agreed(day(9)), day(9), SharingState.ENDED, day(8)),
    ],
)
def test_it_holds_until_its_series_ends(sharing: Sharing, from_day: date, state: SharingState, last: date) -> None:
    stopped = stop_before(sharing, from_day, TODAY)
    assert (stopped.state, stopped.last_day, stopped.version) == (state, last, 2)
    assert not stopped.holds_on(from_day)


def test_about_a_visit_that_moved_it_holds_on_no_day() -> None:
    ended = end_unused(agreed(day(9), day(9)))
    assert (ended.state, ended.last_day) == (SharingState.ENDED, day(8))


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (agreed(day(1)), agreed(day(5)), True),
        (agreed(day(1), day(5)), agreed(day(5), day(9)), True),
        (agreed(day(1), day(4)), agreed(day(5)), False),
        (agreed(day(6)), agreed(day(1), day(5)), False),
    ],
)
def test_two_overlap_that_have_a_day_in_common(one: Sharing, other: Sharing, overlap: bool) -> None:  # noqa: FBT001 - the expected result
    assert one.overlaps(other) is other.overlaps(one) is overlap
