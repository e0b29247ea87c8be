"""A question to a team: what those around one person decide among themselves (ADR 78).

| what          | who                                                | refused with                                             |
|---------------|----------------------------------------------------|----------------------------------------------------------|
| ask           | everybody in the team; who acts for its owner      | QUESTION_WORDS_MISSING, QUESTION_TOO_LONG, TOO_MANY_QUESTIONS |
| answer        | the same, until its last day is over               | TEAM_QUESTION_CLOSED, TEAM_ANSWER_MISSING, VERSION_STALE |
| withdraw      | who asked it, while they are in the team           | NOT_QUESTION_ASKER, TEAM_QUESTION_CLOSED                 |
| read          | everybody who is in the team now                   | TEAM_QUESTION_UNKNOWN                                    |

It is agreed if the owner consents, by a yes or by not minding, and nobody in the team says no. It ends with its last day; sooner once
everybody has answered and no no is left that talking could resolve. The owner's own no stands: it is their life.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.matching.v1.enums import TeamAnswer, TeamQuestionState
from libs.refusals import Conflict, FailedPrecondition, NotAllowed, invalid
from libs.texts.words import check_words

MAX_WORDS = 500
MAX_OPEN = 20
LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class TeamQuestion:
    """Open until the end of `until_day`. `asked_by` acted for the asker; an asker who was erased is missing."""

    id: UUID
    team: UUID
    asker: UUID | None
    asked_by: UUID | None
    words: str
    asked_at: datetime
    until_day: date
    state: TeamQuestionState = TeamQuestionState.OPEN
    closed_at: datetime | None = None


@dataclass(frozen=True)
class GivenAnswer:
    """What somebody said, and why if they liked. `said_by` acted for them."""

    question: UUID
    person: UUID
    said_by: UUID | None
    said: TeamAnswer
    words: str
    answered_at: datetime
    version: int = 1


def check_question_words(typed: str) -> str:
    """Raises Invalid QUESTION_WORDS_MISSING or WORDS_TOO_LONG."""
    words = check_words("words", typed, MAX_WORDS)
    if not words:
        raise invalid("words", "QUESTION_WORDS_MISSING")
    return words


def check_last_day(until: date | None, today: date) -> date:
    """Raises Invalid DATE_MALFORMED, DAY_PAST or QUESTION_TOO_LONG."""
    if until is None:
        raise invalid("until_day", "DATE_MALFORMED")
    if until < today:
        raise invalid("until_day", "DAY_PAST")
    if until > today + LONGEST:
        raise invalid("until_day", "QUESTION_TOO_LONG", days=str(LONGEST.days))
    return until


def require_room(open_ones: int) -> None:
    """Raises FailedPrecondition TOO_MANY_QUESTIONS."""
    if open_ones >= MAX_OPEN:
        raise FailedPrecondition("TOO_MANY_QUESTIONS", at_most=str(MAX_OPEN))


def require_open(question: TeamQuestion, today: date) -> None:
    """Raises FailedPrecondition TEAM_QUESTION_CLOSED, also where its last day is over and no job has closed it yet."""
    if question.state is not TeamQuestionState.OPEN or today > question.until_day:
        raise FailedPrecondition("TEAM_QUESTION_CLOSED")


def change_answer(before: GivenAnswer | None, answer: GivenAnswer, version: int) -> GivenAnswer:
    """The answer in place of the one before, whose version a form showed. Raises Conflict VERSION_STALE.

    So what somebody typed for the owner does not replace what the owner said in the meantime.
    """
    current = before.version if before else 0
    if version != current:
        raise Conflict("VERSION_STALE", version=str(current))
    return replace(answer, version=current + 1)


def withdraw(question: TeamQuestion, asker: UUID, now: datetime) -> TeamQuestion:
    """Raises NotAllowed NOT_QUESTION_ASKER."""
    if question.asker != asker:
        raise NotAllowed("NOT_QUESTION_ASKER")
    return replace(question, state=TeamQuestionState.WITHDRAWN, closed_at=now)


def outcome(owner: UUID, others: Collection[UUID], answers: Mapping[UUID, TeamAnswer]) -> TeamQuestionState:
    """How a question ends if it ends now. `others` are those in the team besides its owner; who has left it counts no more."""
    if owner not in answers:
        return TeamQuestionState.OWNER_SILENT
    if answers[owner] is TeamAnswer.NO:
        return TeamQuestionState.OWNER_NO
    if any(answers.get(person) is TeamAnswer.NO for person in others):
        return TeamQuestionState.OBJECTED
    return TeamQuestionState.AGREED


def close(question: TeamQuestion, owner: UUID, others: Collection[UUID], answers: Mapping[UUID, TeamAnswer], now: datetime) -> TeamQuestion:
    return replace(question, state=outcome(owner, others, answers), closed_at=now)


def close_early(
    question: TeamQuestion, owner: UUID, others: Collection[UUID], answers: Mapping[UUID, TeamAnswer], now: datetime
) -> TeamQuestion:
    """Closed if everybody has answered; as it is while a no of somebody besides the owner may still be talked about."""
    closed = close(question, owner, others, answers, now)
    has_everybody = {owner, *others} <= answers.keys()
    return closed if has_everybody and closed.state is not TeamQuestionState.OBJECTED else question
