"""Somebody in a team says yes, no, or that they do not mind."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import TeamAnswer, TeamQuestionState
from libs.database.engine import UnitOfWork
from libs.texts.words import check_words
from services.matching.commands.team_voices import save_closed, voice_on
from services.matching.domain.team_question import MAX_WORDS, GivenAnswer, change_answer, close_early, require_open
from services.matching.storage import team_questions


async def answer_team_question(
    work: UnitOfWork, question_id: UUID, said: TeamAnswer, typed: str, version: int, *, zone: ZoneInfo
) -> TeamQuestionState:
    """Returns how the question stands now. Raises what `voice_on` raises, FailedPrecondition TEAM_QUESTION_CLOSED, Conflict VERSION_STALE,
    Invalid WORDS_TOO_LONG.
    """
    words = check_words("words", typed, MAX_WORDS)
    voices, question = await voice_on(work, question_id)
    require_open(question, work.now.astimezone(zone).date())
    given = {answer.person: answer for answer in await team_questions.list_answers(work, question_id)}
    answer = GivenAnswer(question_id, voices.person, voices.acts, said, words, work.now)
    given[voices.person] = change_answer(given.get(voices.person), answer, version)
    await team_questions.save_answer(work, given[voices.person])
    answers = {person: each.said for person, each in given.items()}
    after = close_early(question, voices.team.owner, voices.others, answers, work.now)
    if after.state is not question.state:
        await save_closed(work, after, voices.everybody)
    return after.state
