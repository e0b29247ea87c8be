"""Questions to a team: nothing passes against its owner, and a no of others stands until it is resolved."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kith.matching.v1.enums import TeamAnswer, TeamQuestionState
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed
from services.matching.domain import team_question as rules
from services.matching.domain.team_question import GivenAnswer, TeamQuestion

YES, NO, EITHER = TeamAnswer.YES, TeamAnswer.NO, TeamAnswer.EITHER
STATE = TeamQuestionState
TODAY, NOW = date(2027, 3, 1), datetime(2027, 3, 1, 9, tzinfo=UTC)
ADA, JO, MO = new_id(), new_id(), new_id()
QUESTION = TeamQuestion(new_id(), new_id(), JO, None, "Shall we cook on Fridays?", NOW, TODAY)
pytestmark = pytest.mark.capability("T2")


@pytest.mark.parametrize(
    ("answers", "at_the_end", "early"),
    [
        ({ADA: YES, JO: YES, MO: EITHER}, STATE.AGREED, STATE.AGREED),
        ({ADA: EITHER, JO: YES, MO: EITHER}, STATE.AGREED, STATE.AGREED),
        ({ADA: YES}, STATE.AGREED, STATE.OPEN),
        ({ADA: NO, JO: YES, MO: YES}, STATE.OWNER_NO, STATE.OWNER_NO),
        ({ADA: NO, JO: NO, MO: NO}, STATE.OWNER_NO, STATE.OWNER_NO),
        ({ADA: NO, JO: YES}, STATE.OWNER_NO, STATE.OPEN),
        ({JO: YES, MO: YES}, STATE.OWNER_SILENT, STATE.OPEN),
        ({JO: YES, MO: NO}, STATE.OWNER_SILENT, STATE.OPEN),
        ({}, STATE.OWNER_SILENT, STATE.OPEN),
        ({ADA: YES, JO: YES, MO: NO}, STATE.OBJECTED, STATE.OPEN),
        ({ADA: YES, MO: NO}, STATE.OBJECTED, STATE.OPEN),
    ],
)
def test_the_owner_consents_and_no_no_is_left(
    answers: dict[UUID, TeamAnswer], at_the_end: TeamQuestionState, early: TeamQuestionState
) -> None:
    assert rules.outcome(ADA, [JO, MO], answers) is at_the_end
    closed = rules.close_early(QUESTION, ADA, [JO, MO], answers, NOW)
    assert (closed.state, closed.closed_at) == (early, None if early is STATE.OPEN else NOW)
    assert rules.close(QUESTION, ADA, [JO, MO], answers, NOW).state is at_the_end


def test_who_has_left_counts_no_more() -> None:
    answers = {ADA: YES, JO: NO, MO: YES}
    assert rules.outcome(ADA, [MO], answers) is STATE.AGREED
    assert rules.close_early(QUESTION, ADA, [MO], answers, NOW).state is STATE.AGREED


def test_an_answer_is_changed_over_the_one_that_was_shown() -> None:
    first = GivenAnswer(QUESTION.id, ADA, None, NO, "", NOW)
    assert rules.change_answer(None, first, 0).version == 1
    changed = rules.change_answer(first, replace(first, said=YES, said_by=JO), 1)
    assert (changed.said, changed.said_by, changed.version) == (YES, JO, 2)
    for before, version in ((first, 0), (None, 1), (changed, 1)):
        with pytest.raises(Conflict, match="VERSION_STALE"):
            rules.change_answer(before, first, version)


def test_a_question_has_words_an_end_and_room() -> None:
    assert rules.check_question_words("  Shall we?  ") == "Shall we?"
    for typed, reason in ((" ", "QUESTION_WORDS_MISSING"), ("x" * 501, "WORDS_TOO_LONG")):
        with pytest.raises(Invalid, match=reason):
            rules.check_question_words(typed)
    for days in (0, 60):
        assert rules.check_last_day(TODAY + timedelta(days=days), TODAY) == TODAY + timedelta(days=days)
    for until, reason in (
        (None, "DATE_MALFORMED"),
        (TODAY - timedelta(days=1), "DAY_PAST"),
        (TODAY + timedelta(days=61), "QUESTION_TOO_LONG"),
    ):
        with pytest.raises(Invalid, match=reason):
            rules.check_last_day(until, TODAY)
    rules.require_room(19)
    with pytest.raises(FailedPrecondition, match="TOO_MANY_QUESTIONS"):
        rules.require_room(20)


def test_it_is_over_with_its_last_day_and_only_its_asker_takes_it_back() -> None:
    rules.require_open(QUESTION, TODAY)
    withdrawn = rules.withdraw(QUESTION, JO, NOW)
    for question, today in ((QUESTION, TODAY + timedelta(days=1)), (withdrawn, TODAY)):
        with pytest.raises(FailedPrecondition, match="TEAM_QUESTION_CLOSED"):
            rules.require_open(question, today)
    for asker in (ADA, MO):
        with pytest.raises(NotAllowed, match="NOT_QUESTION_ASKER"):
            rules.withdraw(QUESTION, asker, NOW)
