"""What a call-out may say, and until when."""

from datetime import date, timedelta

import pytest

from libs.refusals import FailedPrecondition, Invalid
from services.matching.domain.call_out import (
    LONGEST,
    MAX_OPEN,
    MAX_WORDS,
    check_call_out_words,
    check_last_day,
    require_room,
)
from services.matching.domain.words import may_tell_of_others_health

TODAY = date(2026, 12, 7)


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("I look for somebody who signs, on Tuesday mornings.", False),
        ("I have epilepsy, and I like to swim.", False),
        ("My sister helps me write this. I am ill sometimes.", False),
        ("My Mother has DEMENTIA and lives with me.", True),
        ("We live upstairs.\nMy neighbour was diagnosed last year", True),
        ("My brothers are autistic!", True),
        ("I want to fill my days and still be a friend to many.", False),
    ],
)
def test_a_sentence_on_somebody_elses_health_is_asked_about(words: str, asks: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert may_tell_of_others_health(words) is asks
    if asks:
        with pytest.raises(Invalid) as refused:
            check_call_out_words(words, others_agreed=False)
        assert [(one.field, one.reason) for one in refused.value.problems] == [("others_agreed", "OTHERS_HEALTH")]
    assert check_call_out_words(f"  {words} ", others_agreed=True) == words.strip()


@pytest.mark.parametrize(("words", "reason"), [("  \n", "CALL_OUT_EMPTY"), ("a" * (MAX_WORDS + 1), "WORDS_TOO_LONG")])
def test_words_are_there_and_not_too_many(words: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_call_out_words(words, others_agreed=True)
    assert [one.reason for one in refused.value.problems] == [reason]


@pytest.mark.parametrize(
    ("day", "reason"),
    [(None, "DATE_MALFORMED"), (TODAY - timedelta(days=1), "DAY_PAST"), (TODAY + LONGEST + timedelta(days=1), "CALL_OUT_TOO_LONG")],
)
def test_a_last_day_is_today_or_soon(day: date | None, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_last_day(day, TODAY)
    assert [one.reason for one in refused.value.problems] == [reason]
    assert check_last_day(TODAY, TODAY) == TODAY
    assert check_last_day(TODAY + LONGEST, TODAY) == TODAY + LONGEST


def test_a_person_has_a_few_call_outs_at_once() -> None:
    require_room(MAX_OPEN - 1)
    with pytest.raises(FailedPrecondition, match="TOO_MANY_CALL_OUTS"):
        require_room(MAX_OPEN)
