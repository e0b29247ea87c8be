"""Which visits a calendar holds."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.calendar_window import MOST, CalendarVisit, fit

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def visit(number: int, hours: int, *, cancelled: bool = False) -> CalendarVisit:
    return CalendarVisit(UUID(int=number), NOW + hours * HOUR, NOW + (hours + 1) * HOUR, 2, cancelled)


def test_a_cancelled_visit_stays_until_it_would_have_begun() -> None:
    past, ahead = visit(1, 0, cancelled=True), visit(2, 1, cancelled=True)
    assert fit([ahead, past], NOW) == [ahead]


@given(st.lists(st.tuples(st.integers(-700, 4000), st.booleans()), max_size=3 * MOST))
def test_what_comes_next_is_never_left_out_for_what_was(visits: list[tuple[int, bool]]) -> None:
    rows = [visit(number, hours, cancelled=cancelled) for number, (hours, cancelled) in enumerate(visits)]
    shown, wanted = fit(rows, NOW), [row for row in rows if row.starts > NOW or not row.cancelled]
    assert len(shown) == min(MOST, len(wanted))
    assert shown == sorted(shown, key=lambda row: row.starts)
    left_out = {row.id for row in wanted} - {row.id for row in shown}
    later = [row for row in wanted if row.id in left_out and row.starts > NOW]
    if later:
        assert min(row.starts for row in later) >= shown[-1].starts
        assert all(row.starts > NOW for row in shown), "nothing of the past takes their room"
    if [row for row in wanted if row.id in left_out and row.starts <= NOW]:
        assert shown[0].starts >= max(row.starts for row in wanted if row.id in left_out and row.starts <= NOW)
