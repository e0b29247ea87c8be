"""Rows of questions to teams and of answers. Row-level security shows them to those who are in the team now."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import TeamAnswer, TeamQuestionState
from libs.database.columns import among, constant
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.team_question import GivenAnswer, TeamQuestion
from services.matching.storage.tables import team, team_member
from services.matching.storage.team_tables import team_answer, team_question

_IS_OPEN = team_question.c.state == constant(TeamQuestionState.OPEN.value)
_FIND = select(team_question).where(team_question.c.id == bindparam("of"))
_LOCKED = _FIND.with_for_update()
_SAVE = update(team_question).where(team_question.c.id == bindparam("saved"))
_OF_TEAM = select(team_question).where(team_question.c.team == bindparam("of"))
_OPEN = _OF_TEAM.where(_IS_OPEN).order_by(team_question.c.until_day, team_question.c.id)
_OVER = _OF_TEAM.where(~_IS_OPEN).order_by(team_question.c.closed_at.desc(), team_question.c.id.desc()).limit(200)
_PASSED = (
    select(team_question)
    .where(_IS_OPEN, team_question.c.until_day < bindparam("today"))
    .order_by(team_question.c.until_day, team_question.c.id)
    .limit(200)
)
_FIRST_DAY = select(func.min(team_question.c.until_day)).where(_IS_OPEN)
_ANSWERS = select(team_answer).where(team_answer.c.question == bindparam("of")).order_by(team_answer.c.answered_at, team_answer.c.person)
_OWN = select(team_answer.c.question, team_answer.c.said).where(
    team_answer.c.person == bindparam("who"), among(team_answer.c.question, "questions")
)
_ADD_ANSWER = insert(team_answer)
_SAVE_ANSWER = _ADD_ANSWER.on_conflict_do_update(
    index_elements=["question", "person"],
    set_={name: _ADD_ANSWER.excluded[name] for name in ("said_by", "said", "words", "answered_at", "version")},
)
_IN_TEAM = or_(
    exists().where(team.c.id == team_question.c.team, team.c.owner == bindparam("who")),
    exists().where(
        and_(team_member.c.team == team_question.c.team, team_member.c.person == bindparam("who"), team_member.c.joined_at.is_not(None))
    ),
)
WAITING = (
    select(team_question.c.id)
    .where(_IS_OPEN, team_question.c.until_day >= bindparam("today"), _IN_TEAM)
    .where(~exists().where(team_answer.c.question == team_question.c.id, team_answer.c.person == bindparam("who")))
    .order_by(team_question.c.until_day, team_question.c.id)
    .limit(200)
)
"""Ids of those that wait for somebody (`who`) on a day (`today`)."""

_to_question, _to_answer = row_mapper(TeamQuestion), row_mapper(GivenAnswer)


async def find(work: UnitOfWork, of: UUID, *, lock: bool = False) -> TeamQuestion:
    """Raises NotFound TEAM_QUESTION_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _FIND, {"of": of})).first()
    if row is None:
        raise NotFound("TEAM_QUESTION_UNKNOWN")
    return _to_question(row)


async def add(work: UnitOfWork, new: TeamQuestion) -> None:
    await work.connection.execute(insert(team_question), values_of(new))


async def save(work: UnitOfWork, changed: TeamQuestion) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id") | {"saved": changed.id})


async def list_open(work: UnitOfWork, of: UUID) -> list[TeamQuestion]:
    """A team's, the one that ends first comes first."""
    return list(map(_to_question, await work.connection.execute(_OPEN, {"of": of})))


async def list_over(work: UnitOfWork, of: UUID) -> list[TeamQuestion]:
    """A team's last 200, the newest first."""
    return list(map(_to_question, await work.connection.execute(_OVER, {"of": of})))


async def list_passed(work: UnitOfWork, today: date) -> list[TeamQuestion]:
    """At most 200 open ones whose last day is over. For the job."""
    return list(map(_to_question, await work.connection.execute(_PASSED, {"today": today})))


async def first_last_day(work: UnitOfWork) -> date | None:
    """The last day of the open question that ends first."""
    day: date | None = (await work.connection.execute(_FIRST_DAY)).scalar()
    return day


async def list_answers(work: UnitOfWork, of: UUID) -> list[GivenAnswer]:
    """In the order in which they were given."""
    return list(map(_to_answer, await work.connection.execute(_ANSWERS, {"of": of})))


async def own_answers(work: UnitOfWork, who: UUID, questions: Collection[UUID]) -> Mapping[UUID, TeamAnswer]:
    if not questions:
        return {}
    rows = await work.connection.execute(_OWN, {"who": who, "questions": list(questions)})
    return {row.question: TeamAnswer(row.said) for row in rows}


async def save_answer(work: UnitOfWork, answer: GivenAnswer) -> None:
    await work.connection.execute(_SAVE_ANSWER, values_of(answer))


async def list_waiting(work: UnitOfWork, who: UUID, today: date) -> list[UUID]:
    """Open ones of the teams that somebody is in, to which they have said nothing; the one that ends first comes first."""
    return list((await work.connection.execute(WAITING, {"who": who, "today": today})).scalars())
