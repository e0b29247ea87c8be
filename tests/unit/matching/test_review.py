"""Reviews: asked at exactly the set counts, and private until both have answered."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.matching.v1.enums import ReviewAnswer
from libs.refusals import FailedPrecondition, Invalid
from libs.rulebook import MatchingRules
from services.matching.domain.introduction import Side
from services.matching.domain.review import (
    ANSWER_DAYS,
    CountedVisit,
    Review,
    WorkingPair,
    answer_review,
    check_day,
    close_over_time,
    count_visit,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PERSON, WORKER = uuid4(), uuid4()
PAIR = WorkingPair(UUID(int=1), PERSON, WORKER, NOW)
OPEN = Review(UUID(int=2), PAIR.id, PERSON, WORKER, 3, NOW, NOW + timedelta(days=ANSWER_DAYS))


@pytest.mark.capability("T6")
@given(
    counts=st.sets(st.integers(1, 30), min_size=1, max_size=6),
    records=st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Side)), max_size=160),
)
def test_a_review_is_asked_at_exactly_the_set_counts(counts: set[int], records: list[tuple[int, Side]]) -> None:
    """Both sides record days in any order, again and again; the model knows only who recorded which day."""
    rules = MatchingRules(review_visits=tuple(sorted(counts)))
    pair, visits, asked = PAIR, dict[int, CountedVisit](), list[int]()
    recorded = set[tuple[int, Side]]()
    for number, side in records:
        recorded.add((number, side))
        day = date(2026, 11, 2) + timedelta(days=number)
        before = visits.get(number)
        if before is None:
            visits[number] = CountedVisit(pair.id, day, PERSON, WORKER, side, NOW)
            continue
        visits[number] = before.confirmed(side, NOW)
        if visits[number] != before:
            pair, review = count_visit(pair, uuid4(), NOW, rules)
            asked += [review.after_visits] if review else []
    both = {number for number, _ in recorded if {(number, side) for side in Side} <= recorded}
    assert pair.visits == len(both)
    assert asked == [count for count in sorted(counts) if count <= len(both)]


@pytest.mark.capability("T6")
def test_every_path_of_answers_is_private_until_both_have_answered() -> None:
    """Every sequence of answers up to four long, followed by the end of its time."""
    moves = tuple(itertools.product(Side, ReviewAnswer))
    for path in itertools.chain.from_iterable(itertools.product(moves, repeat=length) for length in range(5)):
        review, given_by = OPEN, dict[Side, ReviewAnswer]()
        for side, answer in path:
            if len(given_by) == len(Side):
                with pytest.raises(FailedPrecondition, match="REVIEW_CLOSED"):
                    answer_review(review, side, answer, NOW)
                break
            given_by[side] = answer
            review = answer_review(review, side, answer, NOW)
            for own in Side:
                seen = given_by.get(own.other) if len(given_by) == len(Side) else None
                assert (review.answer_of(own), review.other_answer(own)) == (given_by.get(own), seen)
            assert review.ends == (len(given_by) == len(Side) and ReviewAnswer.END in given_by.values())
        over = close_over_time(review, OPEN.until)
        assert over.closed_at is not None
        assert over.ends == (ReviewAnswer.END in given_by.values()), "silence holds nobody"
        assert [over.other_answer(side) for side in Side] == [review.other_answer(side) for side in Side]


def test_a_review_is_answered_in_its_time() -> None:
    assert close_over_time(OPEN, OPEN.until - timedelta(seconds=1)) == OPEN
    with pytest.raises(FailedPrecondition, match="REVIEW_CLOSED"):
        answer_review(OPEN, Side.PERSON, ReviewAnswer.GO_ON, OPEN.until)
    closed = replace(OPEN, closed_at=NOW)
    assert close_over_time(closed, OPEN.until) == closed, "closed when they parted, without an end of its own"


@pytest.mark.parametrize(
    ("day", "reason"),
    [(None, "DATE_MALFORMED"), (date(2026, 11, 1), "VISIT_BEFORE_START"), (date(2026, 11, 11), "VISIT_NOT_YET")],
)
def test_a_visit_is_on_a_day_between_the_start_and_today(day: date | None, reason: str) -> None:
    began, today = date(2026, 11, 2), date(2026, 11, 10)
    assert [check_day(fine, began, today) for fine in (began, today)] == [began, today]
    with pytest.raises(Invalid, match=reason):
        check_day(day, began, today)
