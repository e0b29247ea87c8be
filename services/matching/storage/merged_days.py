"""Follows a merge of two entries of one person through matching days. Where both took part on one side, the kept entry's own counts."""

from uuid import UUID

from sqlalchemy import delete, exists

from libs.database.engine import UnitOfWork
from services.matching.storage.merged_entries import move_rows
from services.matching.storage.tables import day_entry, day_rank


async def move_days(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The ranks of the entry that goes are not mixed with those of the kept one."""
    has_own = exists().where(
        day_entry.c.matching_day == day_rank.c.matching_day,
        day_entry.c.taking_part_as == day_rank.c.taking_part_as,
        day_entry.c.person == kept,
    )
    await work.connection.execute(delete(day_rank).where(day_rank.c.person == other, has_own))
    await move_rows(work, day_entry, "person", kept, other, key=("matching_day", "person", "taking_part_as"))
    for name in ("person", "ranked"):
        await move_rows(work, day_rank, name, kept, other, key=("matching_day", "person", "taking_part_as", "ranked"))
    await work.connection.execute(delete(day_rank).where(day_rank.c.person == day_rank.c.ranked))
