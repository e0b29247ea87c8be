"""Follows a merge of two entries of one person: the kept entry has what either had."""

from uuid import UUID

from libs.access import held_credentials, merged_persons
from libs.database.engine import UnitOfWork
from services.matching.domain import introduction as steps
from services.matching.domain.introduction import Side
from services.matching.storage import (
    co_op_asks,
    introductions,
    merged_concerns,
    merged_days,
    merged_entries,
    merged_partners,
    merged_peers,
    merged_questions,
    received_asks,
    standing_noes,
    support_profiles,
    tasks,
    teams,
)


async def merge_profiles(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The kept entry's own profile stays; where it has none, it takes over the other's. Merging again changes nothing."""
    await merged_persons.lock(work, kept, other)
    await merged_persons.add(work, other, kept)
    await teams.lock_of_two(work, kept, other)
    await support_profiles.take_over(work, kept, other)
    await held_credentials.move(work, kept, other)
    await merged_entries.move_noes(work, kept, other)
    await merged_entries.move_pairs(work, kept, other)
    await merged_entries.move_shown(work, kept, other)
    await merged_peers.move_peers(work, kept, other)
    await merged_partners.move_partners(work, kept, other)
    await merged_days.move_days(work, kept, other)
    await merged_concerns.move_concerns(work, kept, other)
    await merged_questions.move_questions(work, kept, other)
    await merged_entries.move_places(work, kept, other)
    await merged_entries.move_team(work, kept, other)
    await co_op_asks.move(work, kept, other)
    await received_asks.move(work, kept, other)
    await _refuse_as_either(work, kept)
    # The tasks of both are checked by the credentials of both.
    await tasks.check_again(work, kept)


async def _refuse_as_either(work: UnitOfWork, kept: UUID) -> None:
    """A no that was said as, or of, the one entry counts against a yes that was said as, or to, the other: as if it were said now."""
    for live in await introductions.list_live_of_both(work, kept):
        if not live.is_live(work.now):
            continue
        answered = live
        for side in Side:
            if await standing_noes.stands(work, live, side):
                answered = steps.say_no(answered, side, work.now)
        if answered != live:
            await introductions.save(work, answered)
