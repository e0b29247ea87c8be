"""Follows a merge of two entries of one person: the kept entry has what either had."""

from uuid import UUID

from libs.access import held_credentials
from libs.database.engine import UnitOfWork
from services.matching.storage import merged_entries, merged_peers, support_profiles, tasks


async def merge_profiles(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The kept entry's own profile stays; where it has none, it takes over the other's. Merging again changes nothing."""
    await support_profiles.take_over(work, kept, other)
    await held_credentials.move(work, kept, other)
    await merged_entries.move_noes(work, kept, other)
    await merged_entries.move_pairs(work, kept, other)
    await merged_entries.move_shown(work, kept, other)
    await merged_peers.move_peers(work, kept, other)
    await merged_entries.move_places(work, kept, other)
    await merged_entries.move_team(work, kept, other)
    # The tasks of both are checked by the credentials of both.
    await tasks.check_again(work, kept)
