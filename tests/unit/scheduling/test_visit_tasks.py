"""Tasks of a visit: how a list is written, whose tasks they may be, and what has to be said of each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.matching.v1.enums import TaskKind
from kith.scheduling.v1.enums import TaskOutcomeKind, VisitState, VisitTaskKind
from libs.refusals import Invalid
from services.scheduling.domain.record_times import LocalMoment, WorkedTime
from services.scheduling.domain.task_outcome import OF_MEDICINE, CheckedOutcome, SaidOutcome, check_outcomes
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_task import GUARDED, MAX_WORDS, MOST_TASKS, NewTask, TaskGrant, VisitTask, check_tasks, not_given

LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 3, 3)
STARTS = datetime(2026, 3, 3, 9, tzinfo=UTC)
ADA, WREN, TEAM, LIST = (UUID(int=number) for number in range(1, 5))
VISIT = Visit(UUID(int=9), ADA, TEAM, DAY, STARTS, STARTS + timedelta(hours=1), 1, VisitState.AGREED, ADA, ADA)
WORKED = WorkedTime(STARTS, STARTS + timedelta(hours=1))
CARE, MEDICINE, HOIST, FOOD, *_ = VisitTaskKind
DONE, NOT_DONE, TAKEN, REFUSED, NOT_GIVEN = TaskOutcomeKind
WASH = VisitTask(UUID(int=21), LIST, ADA, 1, CARE, "Help me wash")
TABLETS = VisitTask(UUID(int=22), LIST, ADA, 2, MEDICINE, "The tablets of the morning, with water")


def at(hour: int, minute: int = 0) -> LocalMoment:
    return LocalMoment(DAY, hour * 60 + minute)


def check(*said: SaidOutcome, tasks: Sequence[VisitTask] = (WASH, TABLETS)) -> list[CheckedOutcome]:
    return check_outcomes(LONDON, VISIT, tasks, said, WORKED)


def problems(*said: SaidOutcome) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        check(*said)
    return [(problem.field, problem.reason) for problem in refused.value.problems]


def washed() -> SaidOutcome:
    return SaidOutcome(WASH.id, DONE)


@pytest.mark.capability("L6")
def test_each_task_has_an_outcome_of_its_own() -> None:
    checked = check(SaidOutcome(TABLETS.id, TAKEN, at=at(9, 20)), washed())
    assert [(one.task, one.outcome, one.at) for one in checked] == [
        (WASH, DONE, None),
        (TABLETS, TAKEN, STARTS + timedelta(minutes=20)),
    ]
    row = checked[1].of_entry(UUID(int=30), WREN)
    assert (row.words, row.number, row.kind, row.person, row.worker) == (TABLETS.words, 2, MEDICINE, ADA, WREN)


@pytest.mark.capability("L6")
def test_nothing_is_taken_for_done() -> None:
    assert problems() == [("tasks.1", "TASK_OUTCOME_MISSING"), ("tasks.2", "TASK_OUTCOME_MISSING")]
    assert problems(washed()) == [("tasks.2", "TASK_OUTCOME_MISSING")]
    assert problems(SaidOutcome(WASH.id, NOT_DONE, " "), SaidOutcome(TABLETS.id, NOT_GIVEN)) == [
        ("tasks.1.reason", "TASK_REASON_MISSING"),
        ("tasks.2.reason", "TASK_REASON_MISSING"),
    ]


@pytest.mark.capability("L6")
def test_a_person_refuses_a_medicine_without_a_reason() -> None:
    [_, refused] = check(washed(), SaidOutcome(TABLETS.id, REFUSED))
    assert (refused.outcome, refused.reason, refused.at) == (REFUSED, "", None)
    [_, refused] = check(washed(), SaidOutcome(TABLETS.id, REFUSED, "They make me dizzy", at(9, 5)))
    assert (refused.reason, refused.at) == ("They make me dizzy", STARTS + timedelta(minutes=5))


@pytest.mark.capability("L6")
@pytest.mark.parametrize("outcome", TaskOutcomeKind)
def test_medicines_have_their_own_outcomes(outcome: TaskOutcomeKind) -> None:
    of_care, of_medicine = SaidOutcome(WASH.id, outcome, "Why", at(9, 5)), SaidOutcome(TABLETS.id, outcome, "Why", at(9, 5))
    if outcome in OF_MEDICINE:
        assert check(washed(), of_medicine)[1].outcome is outcome
        assert problems(of_care, of_medicine) == [("tasks.1", "TASK_OUTCOME_WRONG")]
    else:
        assert check(of_care, tasks=[WASH])[0].at is None, "the time is of medicines alone"
        assert problems(washed(), of_medicine) == [("tasks.2", "TASK_OUTCOME_WRONG")]


@pytest.mark.capability("L6")
@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (None, "MEDICINE_TIME_MISSING"),
        (at(8, 59), "MEDICINE_TIME_OUTSIDE"),
        (at(10, 1), "MEDICINE_TIME_OUTSIDE"),
        (LocalMoment(DAY, -1), "CLOCK_TIME_MALFORMED"),
        (LocalMoment(None, 0), "DATE_MALFORMED"),
    ],
)
def test_a_medicine_is_taken_within_the_visit(when: LocalMoment | None, reason: str) -> None:
    assert problems(washed(), SaidOutcome(TABLETS.id, TAKEN, at=when)) == [("tasks.2.at", reason)]
    for minute in (0, 60):
        assert check(washed(), SaidOutcome(TABLETS.id, TAKEN, at=at(9, minute) if minute < 60 else at(10)))[1].at is not None


@pytest.mark.capability("L6")
def test_an_outcome_is_of_a_task_of_the_list_and_said_once() -> None:
    assert problems(washed(), SaidOutcome(UUID(int=99), DONE)) == [("tasks", "TASK_UNKNOWN")]
    assert problems(washed(), SaidOutcome(WASH.id, NOT_DONE, "No time")) == [("tasks", "TASK_UNKNOWN")]


@pytest.mark.capability("T8")
def test_guarded_tasks_are_those_that_matching_gives() -> None:
    assert {kind.value for kind in GUARDED} <= {kind.value for kind in TaskKind}
    assert not_given([FOOD], [], DAY) == ()
    assert not_given([MEDICINE, FOOD, CARE], [], DAY) == ("personal_care", "medicines")
    grants = [TaskGrant("personal_care", None), TaskGrant("medicines", DAY)]
    assert not_given([CARE, MEDICINE, HOIST], grants, DAY) == ("moving_and_handling",)
    assert not_given([CARE, MEDICINE], grants, DAY + timedelta(days=1)) == ("medicines",), "until that day, and no longer"


@pytest.mark.capability("L6")
def test_a_list_is_short_and_in_the_persons_words() -> None:
    assert check_tasks([NewTask(CARE, "  Help me\n wash ")]) == [NewTask(CARE, "Help me wash")]
    for new, field, reason in (
        ([NewTask(CARE, "x")] * (MOST_TASKS + 1), "tasks", "TOO_MANY_TASKS"),
        ([NewTask(MEDICINE, " ")], "tasks.medicines", "TASK_WORDS_MISSING"),
        ([NewTask(MEDICINE, "x" * (MAX_WORDS + 1))], "tasks.medicines", "WORDS_TOO_LONG"),
    ):
        with pytest.raises(Invalid) as refused:
            check_tasks(new)
        assert [(problem.field, problem.reason) for problem in refused.value.problems] == [(field, reason)]
