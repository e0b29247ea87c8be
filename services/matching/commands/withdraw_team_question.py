"""Who asked a team something takes it back. What was said stays to be read; nobody is told."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.matching.commands.team_voices import voice_on
from services.matching.domain.team_question import require_open, withdraw
from services.matching.storage import team_questions


async def withdraw_team_question(work: UnitOfWork, question_id: UUID, *, zone: ZoneInfo) -> None:
    """Raises what `voice_on` raises, NotAllowed NOT_QUESTION_ASKER, FailedPrecondition TEAM_QUESTION_CLOSED."""
    voices, question = await voice_on(work, question_id)
    withdrawn = withdraw(question, voices.person, work.now)
    require_open(question, work.now.astimezone(zone).date())
    await team_questions.save(work, withdrawn)
