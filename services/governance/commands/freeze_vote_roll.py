"""FreezeVoteRoll: fixes who may vote in a federated vote. Each person gets a row under a pseudonym; identities are not stored."""

import asyncio
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import Unavailable
from services.governance.commands.vote_preconditions import lock_vote_for_hat
from services.governance.domain import vote_roll
from services.governance.domain.vote_lifecycle import require_may_freeze
from services.governance.storage import events_out, membership_projection, vote_rolls, votes


async def freeze_vote_roll(
    work: UnitOfWork, vote_id: str, identities: Mapping[UUID, str], co_op: str, today: date, membership_number: int
) -> None:
    """Freeze the roll.

    `identities` is person -> identity; `today` the date in our zone; `membership_number` the event that our projection must have reached.

    Raises what `lock_vote_for_hat` does, FailedPrecondition ROLL_FROZEN_ALREADY, VOTE_NOT_AT_THIS, VOTE_TOO_LATE, ROLL_EMPTY,
    ROLL_ABOVE_CEILING or ROLL_GROUP_TOO_SMALL, Invalid PEOPLE_MISSING or PEOPLE_UNKNOWN, Unavailable SOURCE_AWAY.
    """
    vote, _ = await lock_vote_for_hat(work, vote_id, hats.SECRETARY)
    require_may_freeze(vote, work.now)
    if await membership_projection.last_applied_number(work) < membership_number:
        raise Unavailable("SOURCE_AWAY", source="membership")
    voters = await vote_rolls.list_voters(work, today, vote_roll.voting_groups(vote.terms, co_op))
    classes = await vote_rolls.get_classes(work, today, identities.keys() - voters.keys())
    # Some 50 microseconds a row: in a thread, so that it does not block the event loop.
    rows = await asyncio.to_thread(vote_roll.make_roll_rows, vote.terms, voters, identities, classes)
    sizes = vote_roll.group_sizes(rows)
    vote_roll.check_group_sizes(vote.terms, co_op, sizes)
    await vote_rolls.save_roll(work, vote.id, rows, {group: (size, size < vote.terms.k) for group, size in sizes.items()})
    await votes.mark_roll_frozen(work, vote.id)
    entries = await asyncio.to_thread(vote_roll.board_entries, rows)
    await events_out.vote_rows_frozen(work, vote.id, vote_roll.split_for_events(entries))
