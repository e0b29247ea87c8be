"""Somebody in a team asks everybody in it something."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.matching.commands.team_voices import require_voice
from services.matching.domain.team_question import TeamQuestion, check_last_day, check_question_words, require_room
from services.matching.storage import events_out, team_questions


async def ask_team(work: UnitOfWork, team_id: UUID, typed: str, until_day: date | None, *, zone: ZoneInfo) -> UUID:
    """The others are told. Raises what `require_voice` raises, FailedPrecondition TOO_MANY_QUESTIONS, Invalid for a field."""
    words, until = check_question_words(typed), check_last_day(until_day, work.now.astimezone(zone).date())
    voices = await require_voice(work, team_id)
    require_room(len(await team_questions.list_open(work, team_id)))
    new = TeamQuestion(work.new_id(), team_id, voices.person, voices.acts, words, work.now, until)
    await team_questions.add(work, new)
    told = [person for person in voices.everybody if person != voices.person]
    await events_out.team_question_notice(work, "team_question_asked", new.id, told)
    return new.id
