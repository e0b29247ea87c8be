"""A motion's life by the clock, its wording, and the times the rulebook allows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.governance.v1.enums import MotionState
from libs.refusals import FailedPrecondition, Invalid
from libs.rulebook import ResolutionType, read_rulebook, templates
from services.governance.domain.motion import (
    Motion,
    MotionWording,
    check_wording,
    notices_of,
    require_open,
    require_resolution_type,
    require_roll_not_empty,
    voting_times,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = read_rulebook(templates.template_text("fairshares-like"))
INSTANT = timedelta(microseconds=1)


def make_resolution_type(*, notice_days: int = 0, hours: int = 72, days: int = 28) -> ResolutionType:
    ordinary = RULES.resolution("ordinary")
    assert ordinary is not None
    return replace(ordinary, notice_days=notice_days, minimum_open_hours=hours, maximum_open_days=days)


def make_motion(**changes: object) -> Motion:
    motion = Motion(
        id=UUID(int=1),
        wording=MotionWording("Shall we?", "All of it.", "", "", "", ""),
        resolution_type="ordinary",
        rulebook_hash=RULES.hash,
        announced_by=UUID(int=2),
        announced_at=NOON,
        opens_at=NOON + timedelta(days=14),
        closes_at=NOON + timedelta(days=17),
    )
    return replace(motion, **changes)  # type: ignore[arg-type]  # a test names its own fields


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (NOON, MotionState.ANNOUNCED),
        (NOON + timedelta(days=14) - INSTANT, MotionState.ANNOUNCED),
        (NOON + timedelta(days=14), MotionState.OPEN),
        (NOON + timedelta(days=17) - INSTANT, MotionState.OPEN),
        (NOON + timedelta(days=17), MotionState.COUNTING),
        (NOON + timedelta(days=500), MotionState.COUNTING),
    ],
)
def test_until_it_is_counted_the_clock_alone_says_where_a_motion_stands(at: datetime, state: MotionState) -> None:
    assert make_motion().state(at) is state


@pytest.mark.parametrize(("passes", "state"), [(True, MotionState.PASSED), (False, MotionState.NOT_PASSED)])
def test_once_counted_no_clock_changes_a_motion(passes: bool, state: MotionState) -> None:  # noqa: FBT001 - a column of the table
    counted = make_motion(passes=passes, closed_at=NOON + timedelta(days=17))
    assert {counted.state(NOON + timedelta(days=day)) for day in (-100, 0, 15, 17, 400)} == {state}


def test_ballots_are_taken_from_the_opening_until_just_before_the_close() -> None:
    motion = make_motion()
    for at in (motion.opens_at, motion.closes_at - INSTANT):
        require_open(motion, at)
    for at, reason in ((motion.opens_at - INSTANT, "BALLOT_NOT_OPEN"), (motion.closes_at, "BALLOT_CLOSED")):
        with pytest.raises(FailedPrecondition) as refused:
            require_open(motion, at)
        assert refused.value.reason == reason


def test_a_counted_motion_takes_no_ballot_whatever_the_clock_says() -> None:
    with pytest.raises(FailedPrecondition) as refused:
        require_open(make_motion(passes=True, closed_at=NOON), NOON + timedelta(days=15))
    assert refused.value.reason == "BALLOT_CLOSED"


def test_without_a_time_voting_opens_when_the_notice_has_passed() -> None:
    opens, closes = voting_times(make_resolution_type(notice_days=14), None, NOON + timedelta(days=20), NOON)
    assert (opens, closes) == (NOON + timedelta(days=14), NOON + timedelta(days=20))


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "reason"),
    [
        (timedelta(days=14) - INSTANT, timedelta(days=18), "NOTICE_TOO_SHORT"),
        (-timedelta(days=1), timedelta(days=18), "NOTICE_TOO_SHORT"),
        (None, timedelta(days=14), "OPEN_TOO_SHORT"),
        (None, timedelta(days=17) - INSTANT, "OPEN_TOO_SHORT"),
        (None, -timedelta(days=9), "OPEN_TOO_SHORT"),
        (None, timedelta(days=42) + INSTANT, "OPEN_TOO_LONG"),
        (timedelta(days=4000), timedelta(days=4004), "TIME_MALFORMED"),
    ],
)
def test_times_outside_the_rulebook_are_refused(opens_in: timedelta | None, closes_in: timedelta, reason: str) -> None:
    opens = None if opens_in is None else NOON + opens_in
    with pytest.raises(Invalid) as refused:
        voting_times(make_resolution_type(notice_days=14), opens, NOON + closes_in, NOON)
    assert refused.value.reason == reason
    assert [problem.field for problem in refused.value.problems] in (["opens_at"], ["closes_at"])


@pytest.mark.parametrize("closes_in", [timedelta(days=17), timedelta(days=42)])
def test_the_shortest_and_the_longest_time_are_allowed(closes_in: timedelta) -> None:
    assert voting_times(make_resolution_type(notice_days=14), None, NOON + closes_in, NOON)[1] == NOON + closes_in


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_whatever_times_come_they_are_taken_or_refused_with_a_reason(opens: datetime, closes: datetime) -> None:
    try:
        taken = voting_times(make_resolution_type(notice_days=1, hours=1, days=2), opens, closes, NOON)
    except Invalid as refusal:
        assert refusal.reason in {"NOTICE_TOO_SHORT", "OPEN_TOO_SHORT", "OPEN_TOO_LONG", "TIME_MALFORMED"}
    else:
        assert NOON + timedelta(days=1) <= taken[0]
        assert timedelta(hours=1) <= taken[1] - taken[0] <= timedelta(days=2)


def test_a_refusal_of_times_says_which_would_do() -> None:
    with pytest.raises(Invalid) as refused:
        voting_times(make_resolution_type(notice_days=14), None, NOON + timedelta(days=15), NOON)
    soonest = datetime.fromisoformat(refused.value.details["earliest"])
    assert voting_times(make_resolution_type(notice_days=14), None, soonest, NOON)[1] == soonest


def test_a_wording_is_trimmed_and_brought_to_one_spelling() -> None:
    wording = check_wording("  Cafe\u0301? ", "\n The text.\r\nSecond line.\t", "", "", " yes ", "")
    assert (wording.title, wording.text, wording.for_means) == ("Café?", "The text.\r\nSecond line.", "yes")


def test_every_field_of_a_wording_that_is_wrong_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        check_wording(" ", "x" * 20_001, "x" * 201, "x" * 20_001, "x" * 201, "a\x07b")
    assert {problem.field: problem.reason for problem in refused.value.problems} == {
        "title": "TITLE_MISSING",
        "text": "TEXT_TOO_LONG",
        "easy_title": "EASY_TITLE_TOO_LONG",
        "easy_text": "EASY_TEXT_TOO_LONG",
        "for_means": "FOR_MEANS_TOO_LONG",
        "against_means": "TEXT_UNPRINTABLE",
    }
    assert refused.value.reason == "TITLE_MISSING"


@given(*(st.text(max_size=40) for _ in range(6)))
def test_any_wording_is_taken_clean_or_refused(title: str, text: str, easy_title: str, easy_text: str, yes: str, no: str) -> None:
    try:
        wording = check_wording(title, text, easy_title, easy_text, yes, no)
    except Invalid as refusal:
        assert refusal.problems
    else:
        assert wording.title
        assert wording.text
        assert (
            "\x00" not in f"{wording.title}{wording.text}{wording.easy_title}{wording.easy_text}{wording.for_means}{wording.against_means}"
        )


def test_a_motion_is_put_by_a_kind_of_resolution_that_can_decide_it() -> None:
    assert require_resolution_type(RULES, "special", "new rules").changes_rulebook
    for key, proposed, kind, reason in (
        ("vibes", "", Invalid, "RESOLUTION_TYPE_UNKNOWN"),
        ("ordinary", "new rules", Invalid, "CANNOT_CHANGE_RULEBOOK"),
        ("special_convert", "", FailedPrecondition, "TWO_MEETINGS_NEEDED"),
    ):
        with pytest.raises(kind) as refused:
            require_resolution_type(RULES, key, proposed)
        assert refused.value.reason == reason


def test_a_motion_nobody_may_vote_on_is_not_put() -> None:
    require_roll_not_empty({"user": 1})
    for empty in ({}, {"user": 0}):
        with pytest.raises(FailedPrecondition) as refused:
            require_roll_not_empty(empty)
        assert refused.value.reason == "ROLL_EMPTY"


@pytest.mark.parametrize(("hours", "closing"), [(1, None), (24, None), (24.1, timedelta(hours=0.1)), (72, timedelta(hours=48))])
def test_people_are_told_of_the_opening_and_a_day_before_the_close_unless_that_is_not_later(
    hours: float, closing: timedelta | None
) -> None:
    notices = [
        (notice.kind, notice.due_at - NOON) for notice in notices_of(make_motion(opens_at=NOON, closes_at=NOON + timedelta(hours=hours)))
    ]
    assert notices == [("motion_opened", timedelta(0)), *([("motion_closing", closing)] if closing else [])]
