"""Fields of messages: a day has one form."""

from datetime import date

import pytest

from libs.refusals import Invalid
from libs.rpc.fields import parse_day


def test_a_day_is_read_and_an_empty_one_is_none() -> None:
    assert parse_day("from_day", "2026-11-28") == date(2026, 11, 28)
    assert parse_day("from_day", "") is None


@pytest.mark.parametrize(
    "value", ["20261128", "2026-W48-6", "2026W486", "2026-02-29", "2026-1-2", "28.11.2026", " 2026-11-28", "2026-11-28\n"]
)
def test_no_other_form_of_a_day_is_read(value: str) -> None:
    with pytest.raises(Invalid, match="DATE_MALFORMED") as refused:
        parse_day("from_day", value)
    assert [problem.field for problem in refused.value.problems] == ["from_day"]
