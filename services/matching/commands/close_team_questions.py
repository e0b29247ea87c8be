"""Closes questions to teams whose last day is over."""

from zoneinfo import ZoneInfo

from kith.matching.v1.enums import TeamQuestionState
from libs.database.engine import UnitOfWork
from services.matching.commands.team_voices import joined, save_closed
from services.matching.domain.team_question import close
from services.matching.storage import team_questions, teams


async def close_team_questions(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many. `zone` decides when a day is over."""
    passed = await team_questions.list_passed(work, work.now.astimezone(zone).date())
    for each in passed:
        team = await teams.get(work, each.team, lock=True)
        question = await team_questions.find(work, each.id, lock=True)
        if question.state is not TeamQuestionState.OPEN:
            continue
        others = await joined(work, team.id)
        answers = {answer.person: answer.said for answer in await team_questions.list_answers(work, question.id)}
        await save_closed(work, close(question, team.owner, others, answers, work.now), [team.owner, *others])
    return len(passed)
