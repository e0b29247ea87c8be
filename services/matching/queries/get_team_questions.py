"""Questions to a team, for those who are in it now."""

from dataclasses import dataclass
from uuid import UUID

from kith.matching.v1.enums import TeamAnswer, TeamQuestionState
from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team_question import GivenAnswer, TeamQuestion
from services.matching.queries.get_team import open_team
from services.matching.storage import team_questions, teams


@dataclass(frozen=True)
class SeenQuestion:
    """With what the reader said to it, if they did."""

    question: TeamQuestion
    own: TeamAnswer | None


@dataclass(frozen=True)
class WholeQuestion:
    """With everything that was said. `silent` are those who have not answered, while it is open."""

    seen: SeenQuestion
    owner: UUID
    in_team: set[UUID]
    answers: list[GivenAnswer]
    silent: list[UUID]


async def get_team_question(work: UnitOfWork, question_id: UUID) -> WholeQuestion:
    """Raises NotFound TEAM_QUESTION_UNKNOWN, and what `open_team` raises."""
    reader = await acting.require_principal(work, SCOPE)
    question = await team_questions.find(work, question_id)
    team = await open_team(work, question.team)
    members = await teams.list_members(work, team.id)
    everybody = [team.owner, *(member.person for member in members if member.joined_at is not None)]
    answers = await team_questions.list_answers(work, question_id)
    given = {answer.person: answer.said for answer in answers}
    is_open = question.state is TeamQuestionState.OPEN
    silent = [person for person in everybody if is_open and person not in given]
    return WholeQuestion(SeenQuestion(question, given.get(reader)), team.owner, set(everybody), answers, silent)


async def get_team_questions(work: UnitOfWork, team_id: UUID) -> list[SeenQuestion]:
    """Open ones first. Raises what `open_team` raises."""
    reader = await acting.require_principal(work, SCOPE)
    await open_team(work, team_id)
    return await list_questions(work, reader, team_id)


async def list_questions(work: UnitOfWork, reader: UUID, team_id: UUID) -> list[SeenQuestion]:
    """Of a team that the reader may see."""
    questions = [*await team_questions.list_open(work, team_id), *await team_questions.list_over(work, team_id)]
    own = await team_questions.own_answers(work, reader, [question.id for question in questions])
    return [SeenQuestion(question, own.get(question.id)) for question in questions]
