"""Somebody takes part in a matching day no more: what they handed in is deleted."""

from libs.database.engine import UnitOfWork
from services.matching.commands.day_side import DaySide, require_own_open_side
from services.matching.storage import day_entries


async def withdraw_from_matching_day(work: UnitOfWork, part: DaySide) -> None:
    """Raises what `require_own_open_side` raises. Changes nothing for who takes no part."""
    await require_own_open_side(work, part)
    await day_entries.remove(work, part.day, part.person, part.side)
