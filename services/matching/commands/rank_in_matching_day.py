"""Somebody who takes part in a matching day ranks the others, in groups: nobody but they reads it, and who is not named is not proposed."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, FailedPrecondition
from services.matching.commands.day_side import DaySide, require_own_open_side
from services.matching.domain.matching_day import check_ranks
from services.matching.storage import day_choices, day_entries


async def rank_in_matching_day(work: UnitOfWork, part: DaySide, groups: Sequence[Sequence[UUID]], version: int, *, zone: ZoneInfo) -> None:
    """Raises what `require_own_open_side` raises, FailedPrecondition TAKES_NO_PART, Conflict RANKS_CHANGED, Invalid RANKED_TWICE or
    NOT_TO_RANK.
    """
    await require_own_open_side(work, part)
    entry = await day_entries.find(work, part.day, part.person, part.side, lock=True)
    if entry is None:
        raise FailedPrecondition("TAKES_NO_PART")
    if entry.version != version:
        raise Conflict("RANKS_CHANGED")
    choices = await day_choices.list_choices(work, entry, work.now.astimezone(zone).date())
    await day_entries.replace_ranks(work, entry, check_ranks(groups, choices))
    await day_entries.save(work, replace(entry, version=entry.version + 1))
