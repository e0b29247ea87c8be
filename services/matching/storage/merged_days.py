"""Follows a merge of two entries of one person through matching days. Where both took part on one side, the kept entry's own counts."""

from uuid import UUID

from sqlalchemy import delete, exists

from libs.database.engine import UnitOfWork
from services.matching.storage.merged_entries import move_rows
from services.matching.storage.tables import day_entry, day_rank


async def move_days(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The ranks of the entry that goes are not mixed with those of the kept one."""
    has_own = exists().where(day_entry.c.day == day_rank.c.day, day_entry.c.side == day_rank.c.side, day_entry.c.person == kept)
    await work.connection.execute(delete(day_rank).where(day_rank.c.chooser == other, has_own))
    await move_rows(work, day_entry, "person", kept, other, key=("day", "person", "side"))
    for name in ("chooser", "other"):
        await move_rows(work, day_rank, name, kept, other, key=("day", "chooser", "side", "other"))
    await work.connection.execute(delete(day_rank).where(day_rank.c.chooser == day_rank.c.other))
