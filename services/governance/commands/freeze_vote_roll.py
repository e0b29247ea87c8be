"""FreezeVoteRoll: who may vote is settled at this moment. Each gets a row under a pseudonym; the identities given are not kept."""

import asyncio
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import Elsewhere
from services.governance.commands.held_vote import for_office
from services.governance.domain import vote_roll
from services.governance.domain.vote_course import require_may_freeze
from services.governance.storage import facts_out, standings, vote_rolls, votes


async def freeze_vote_roll(work: Work, vote_id: str, given: Mapping[UUID, str], co_op: str, today: date, membership_number: int) -> None:
    """`given` is person -> identity; `today` the date in our zone; `membership_number` the head our standings must have reached.

    Raises what `for_office` does, NotNow ROLL_FROZEN_ALREADY, VOTE_NOT_AT_THIS, VOTE_TOO_LATE, ROLL_EMPTY, ROLL_ABOVE_CEILING or
    ROLL_GROUP_TOO_SMALL, Invalid PEOPLE_MISSING or PEOPLE_UNKNOWN, Elsewhere SOURCE_AWAY.
    """
    vote, _ = await for_office(work, vote_id, hats.SECRETARY)
    require_may_freeze(vote, work.now)
    if await standings.followed(work) < membership_number:
        raise Elsewhere("SOURCE_AWAY", source="membership")
    voters = await vote_rolls.voters(work, today, vote_roll.groups_of(vote.terms, co_op))
    class_of = await vote_rolls.classes_of(work, today, given.keys() - voters.keys())
    # Some 50 microseconds a row: in a thread, so that whoever else asks need not wait.
    rows = await asyncio.to_thread(vote_roll.freeze, vote.terms, voters, given, class_of)
    sizes = vote_roll.sizes_of(rows)
    vote_roll.require_sizes(vote.terms, co_op, sizes)
    await vote_rolls.freeze(work, vote.id, rows, {group: (number, number < vote.terms.k) for group, number in sizes.items()})
    await votes.frozen(work, vote.id)
    entries = await asyncio.to_thread(vote_roll.entries_of, rows)
    await facts_out.vote_rows_frozen(work, vote.id, vote_roll.chunks(entries))
