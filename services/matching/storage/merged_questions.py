"""Follows a merge of two entries of one person through questions to teams. Where both answered, what the kept entry said stays."""

from uuid import UUID

from sqlalchemy import update

from libs.database.engine import UnitOfWork
from services.matching.storage.merged_entries import move_rows
from services.matching.storage.team_tables import team_answer, team_question


async def move_questions(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Merging again changes nothing. The questions to a merged owner's team are followed where teams are."""
    for name in ("asker", "asked_by"):
        await work.connection.execute(update(team_question).where(team_question.c[name] == other).values({name: kept}))
    await move_rows(work, team_answer, "person", kept, other, key=("question", "person"))
    await work.connection.execute(update(team_answer).where(team_answer.c.said_by == other).values(said_by=kept))
