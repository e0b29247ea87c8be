"""Follows a merge of two entries of one person: the kept entry has what either had."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.storage import projections, support_profiles


async def merge_profiles(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The kept entry's own profile stays; where it has none, it takes over the other's. Merging again changes nothing."""
    await support_profiles.take_over(work, kept, other)
    await projections.move_credentials(work, other, kept)
