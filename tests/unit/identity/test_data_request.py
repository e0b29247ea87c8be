"""Until when a person must get their data."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from libs.refusals import AlreadyExists, FailedPrecondition, Invalid
from services.identity.domain.data_request import DataRequest, answered, due_day, require_none_open

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WAITING = DataRequest(UUID(int=1), UUID(int=2), "somebody", NOW, date(2026, 12, 28))


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-09-03", "2026-10-03"),
        ("2026-03-31", "2026-04-30"),
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2026-12-31", "2027-01-31"),
        ("2026-12-01", "2027-01-01"),
    ],
)
def test_one_calendar_month_or_its_last_day(asked: str, due: str) -> None:
    assert due_day(date.fromisoformat(asked)).isoformat() == due


def test_a_second_request_does_not_move_the_day() -> None:
    require_none_open(None)
    with pytest.raises(AlreadyExists, match="DATA_ASKED_BEFORE") as refused:
        require_none_open(WAITING)
    assert refused.value.details["due_day"] == "2026-12-28"


def test_an_answer_is_given_once_and_in_words() -> None:
    done = answered(WAITING, "secretary", NOW, " Printed it and went through it together. ")
    assert (done.answer, done.answered_by, done.answered_at) == ("Printed it and went through it together.", "secretary", NOW)
    with pytest.raises(FailedPrecondition, match="DATA_ANSWERED_BEFORE"):
        answered(done, "secretary", NOW, "again")
    for typed in (" ", "x" * 501):
        with pytest.raises(Invalid):
            answered(WAITING, "secretary", NOW, typed)
