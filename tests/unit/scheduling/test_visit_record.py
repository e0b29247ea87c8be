"""A visit's record: every path through its states, when a timer runs, and which times can be."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import VisitRecordEntryKind, VisitRecordState, VisitState
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, Refusal
from services.scheduling.domain import visit_record as records
from services.scheduling.domain.record_times import LocalMoment, WorkedTime, require_time_to_begin, worked_time
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_record import RecordChange, RecordEntry, Statement, Step, VisitRecord

LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 3, 3)
STARTS = datetime(2026, 3, 3, 9, tzinfo=UTC)
ADA, WREN, SISTER, TEAM = (UUID(int=number) for number in range(1, 5))
VISIT = Visit(UUID(int=9), ADA, TEAM, DAY, STARTS, STARTS + timedelta(hours=1), 1, VisitState.AGREED, WREN, ADA)
NOW = STARTS + timedelta(hours=2)
WORKED = WorkedTime(STARTS, STARTS + timedelta(hours=1))
WEEK = timedelta(days=7)
STARTED, WRITTEN, DISPUTED, STOOD_BY, CONFIRMED = VisitRecordState
BEGUN, NOT_WAITING, NOT_DISPUTED = "RECORD_BEGUN", "RECORD_NOT_WAITING", "RECORD_NOT_DISPUTED"
TABLE: dict[VisitRecordState | None, tuple[VisitRecordState | str, ...]] = {
    # start, write, confirm, dispute, stand by
    None: (STARTED, WRITTEN, NOT_WAITING, NOT_WAITING, NOT_DISPUTED),
    STARTED: (BEGUN, WRITTEN, NOT_WAITING, NOT_WAITING, NOT_DISPUTED),
    WRITTEN: (BEGUN, WRITTEN, CONFIRMED, DISPUTED, NOT_DISPUTED),
    DISPUTED: (BEGUN, WRITTEN, CONFIRMED, NOT_WAITING, STOOD_BY),
    STOOD_BY: (BEGUN, WRITTEN, CONFIRMED, DISPUTED, NOT_DISPUTED),
    CONFIRMED: (BEGUN, WRITTEN, NOT_WAITING, DISPUTED, NOT_DISPUTED),
}
"""By state and step, written down once more: the state that follows, or why the step is refused."""


def a_record() -> VisitRecord:
    return records.new_record(UUID(int=8), VISIT, WREN)


def by(person: UUID | None, at: datetime = NOW) -> Statement:
    return Statement(uuid4(), person, at)


def take_step(record: VisitRecord, step: Step, timer: timedelta | None = None) -> RecordChange:
    match step:
        case Step.START:
            return records.start(record, by(WREN), NOW)
        case Step.WRITE:
            return records.write(record, by(WREN), WORKED, "Breakfast", timer)
        case Step.CONFIRM:
            return records.confirm(record, by(ADA))
        case Step.DISPUTE:
            return records.dispute(record, by(SISTER), "Too long")
        case Step.STAND_BY:
            return records.stand_by(record, by(WREN), "")


def after(*steps: Step, timer: timedelta | None = None) -> VisitRecord:
    record = a_record()
    for step in steps:
        record, _ = take_step(record, step, timer)
    return record


@pytest.mark.capability("L6")
def test_every_path_of_six_steps_is_what_the_table_says() -> None:
    cells = set()
    for path in product(Step, repeat=6):
        record, written, holds = a_record(), list[RecordEntry](), None
        for step in path:
            following = TABLE[record.state][list(Step).index(step)]
            cells.add((record.state, step))
            if isinstance(following, str) and not isinstance(following, VisitRecordState):
                with pytest.raises(Refusal) as refused:
                    take_step(record, step)
                assert refused.value.reason == following
                break
            before, (record, entry) = record, take_step(record, step)
            assert record.state is following
            assert (entry.kind, entry.number, record.version) == (VisitRecordEntryKind(following), before.version + 1, before.version + 1)
            if step is Step.WRITE:
                written.append(entry)
            if step is Step.CONFIRM:
                holds = written[-1].id
            assert record.entry == (written[-1].id if written else None)
            assert record.confirmed == holds, "what both confirmed holds until another entry is confirmed"
            assert entry.about == (None if step in (Step.START, Step.WRITE) else record.entry)
    assert len(cells) == len(TABLE) * len(Step), "every cell was tried"


@pytest.mark.capability("L6")
def test_the_timer_runs_only_where_the_person_agreed_and_nobody_has_answered() -> None:
    assert after(Step.WRITE).timer_at is None, "not agreed to"
    assert after(Step.WRITE, timer=WEEK).timer_at == NOW + WEEK
    assert after(Step.START, Step.WRITE, Step.WRITE, timer=WEEK).timer_at == NOW + WEEK
    for answered in ((Step.DISPUTE,), (Step.CONFIRM,), (Step.DISPUTE, Step.STAND_BY)):
        assert after(Step.WRITE, *answered, timer=WEEK).timer_at is None
        assert after(Step.WRITE, *answered, Step.WRITE, timer=WEEK).timer_at is None, "the person is asked"
    by_timer, entry = records.confirm(after(Step.WRITE, timer=WEEK), by(None, NOW + WEEK))
    assert (by_timer.state, entry.said_by, by_timer.timer_at) == (CONFIRMED, None, None)
    own = records.new_record(UUID(int=8), VISIT, ADA)
    assert take_step(own, Step.WRITE, WEEK)[0].timer_at is None, "nobody's word about a visit to themselves confirms itself"


def test_a_worker_does_not_answer_for_the_person_to_what_they_wrote() -> None:
    written = after(Step.WRITE)
    answers: tuple[Callable[[], RecordChange], ...] = (
        lambda: records.confirm(written, by(WREN)),
        lambda: records.dispute(written, by(WREN), "No"),
    )
    for answer in answers:
        with pytest.raises(NotAllowed, match="RECORD_YOURS"):
            answer()


def test_words_are_bounded_and_a_dispute_has_some() -> None:
    for typed, kept in (("  Breakfast\n", "Breakfast"), ("x" * records.MAX_WORDS, "x" * records.MAX_WORDS)):
        assert records.write(a_record(), by(WREN), WORKED, typed, None).entry.note == kept
    with pytest.raises(Invalid, match="WORDS_TOO_LONG"):
        records.write(a_record(), by(WREN), WORKED, "x" * (records.MAX_WORDS + 1), None)
    with pytest.raises(Invalid, match="DISPUTE_WORDS_MISSING"):
        records.dispute(after(Step.WRITE), by(ADA), " \n")


def test_nobody_answers_to_what_they_have_not_seen() -> None:
    records.require_version(after(Step.START, Step.WRITE), 2)
    for shown in (0, 1, 3):
        with pytest.raises(Conflict, match="VERSION_STALE"):
            records.require_version(after(Step.START, Step.WRITE), shown)


def test_a_record_begins_a_quarter_of_an_hour_before_the_visit() -> None:
    require_time_to_begin(VISIT, STARTS - timedelta(minutes=15))
    with pytest.raises(FailedPrecondition, match="RECORD_TOO_EARLY"):
        require_time_to_begin(VISIT, STARTS - timedelta(minutes=15, seconds=1))


def test_a_start_is_to_the_minute() -> None:
    _, entry = records.start(a_record(), by(WREN), NOW + timedelta(seconds=59, microseconds=7))
    assert (entry.starts, entry.ends) == (NOW, None)


def at(hour: int, minute: int = 0, day: date = DAY) -> LocalMoment:
    return LocalMoment(day, hour * 60 + minute)


@pytest.mark.parametrize(
    ("starts", "ends", "reason"),
    [
        (at(9), at(9), "RECORD_ENDS_FIRST"),
        (at(9, 30), at(9), "RECORD_ENDS_FIRST"),
        (at(9), at(11, 1), "RECORD_IN_FUTURE"),
        (at(12), at(13), "RECORD_IN_FUTURE"),
        (at(9), at(10, day=date(2026, 3, 4)), "RECORD_IN_FUTURE"),
        (at(9, day=date(2026, 3, 2)), at(9, day=date(2026, 3, 2)), "RECORD_OTHER_DAY"),
        (at(9, day=date.min), at(10), "RECORD_OTHER_DAY"),
        (at(9), at(10, day=date.max), "RECORD_OTHER_DAY"),
        (None, at(10), "RECORD_START_MISSING"),
        (LocalMoment(None, 540), at(10), "DATE_MALFORMED"),
        (at(9), LocalMoment(DAY, 1440), "CLOCK_TIME_MALFORMED"),
        (LocalMoment(DAY, -1), at(10), "CLOCK_TIME_MALFORMED"),
    ],
)
def test_a_time_that_cannot_be_is_refused(starts: LocalMoment | None, ends: LocalMoment, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        worked_time(LONDON, VISIT, None, starts, ends, NOW)


def test_twenty_six_hours_are_too_long_and_twenty_four_are_not() -> None:
    begin, later = at(22, day=date(2026, 3, 2)), STARTS + timedelta(days=3)
    with pytest.raises(Invalid, match="RECORD_TOO_LONG"):
        worked_time(LONDON, VISIT, None, begin, at(0, day=date(2026, 3, 4)), later)
    assert worked_time(LONDON, VISIT, None, begin, at(22), later).ends == datetime(2026, 3, 3, 22, tzinfo=UTC)
    with pytest.raises(Invalid, match="RECORD_TOO_LONG"):
        worked_time(LONDON, VISIT, STARTS, None, None, STARTS + timedelta(hours=26))


def test_what_is_left_out_is_what_was_said_at_the_time() -> None:
    now = NOW + timedelta(seconds=30)
    assert worked_time(LONDON, VISIT, STARTS, None, None, now) == WorkedTime(STARTS, NOW)
    assert worked_time(LONDON, VISIT, STARTS, at(9, 5), at(10), now) == WorkedTime(STARTS + timedelta(minutes=5), WORKED.ends)


def test_a_night_over_a_clock_change_has_its_real_hours() -> None:
    back = date(2026, 10, 25)
    begins = datetime(2026, 10, 24, 23, tzinfo=UTC)
    night = Visit(UUID(int=9), ADA, TEAM, back, begins, begins + timedelta(hours=3), 1, VisitState.AGREED, WREN, ADA)
    later = begins + timedelta(days=1)
    times = [worked_time(LONDON, night, None, at(0, day=back), at(hour, minute, back), later) for hour, minute in ((1, 30), (2, 30))]
    assert [worked.ends - worked.starts for worked in times] == [timedelta(hours=1.5), timedelta(hours=3.5)]
    over = worked_time(LONDON, night, None, at(1, 45, back), at(1, 15, back), later)
    assert over.ends - over.starts == timedelta(minutes=30), "the second time that it is a quarter past one"
    begun = datetime(2026, 10, 25, 1, 20, tzinfo=UTC)
    written = worked_time(LONDON, night, begun, at(1, 20, back), at(2, 20, back), later, [begun])
    assert (written.starts, written.ends - written.starts) == (begun, timedelta(hours=1)), "the second 1:20, as the tap said"
    forward = date(2026, 3, 29)
    begins = datetime(2026, 3, 29, 0, tzinfo=UTC)
    spring = Visit(UUID(int=9), ADA, TEAM, forward, begins, begins + timedelta(hours=3), 1, VisitState.AGREED, WREN, ADA)
    with pytest.raises(Invalid, match="TIME_SKIPPED"):
        worked_time(LONDON, spring, None, at(0, day=forward), at(1, 30, forward), begins + timedelta(days=1))


@pytest.mark.capability("T9")
def test_a_second_no_leaves_the_first_to_be_settled_by_who_said_it() -> None:
    bea = UUID(int=7)
    first, entry = records.dispute(after(Step.WRITE), by(bea), "It was shorter", bea, {ADA, bea})
    assert (first.disputed_for, entry.said_for) == (bea, bea)
    stood_by, _ = records.stand_by(first, by(WREN), "")
    second, entry = records.dispute(stood_by, by(ADA), "I think so too", ADA, {ADA, bea})
    assert (second.disputed_for, entry.said_for) == (bea, None)
    with pytest.raises(FailedPrecondition, match="RECORD_DISPUTED_BY_OTHER"):
        records.confirm(second, by(ADA), ADA, {ADA, bea})
    assert records.confirm(second, by(bea), bea, {ADA, bea}).record.disputed_for is None
    gone, _ = records.dispute(stood_by, by(ADA), "I think so too", ADA, {ADA})
    assert gone.disputed_for == ADA, "who does not share it any more holds nobody up"
