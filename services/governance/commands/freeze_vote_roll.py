"""FreezeVoteRoll: fixes who may vote in a federated vote. Each person gets a row under a pseudonym; identities are not stored."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from kith.governance.v1.enums import VoteState
from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from services.governance.commands.require_applied import require_applied
from services.governance.domain import vote_roll
from services.governance.domain.vote_lifecycle import require_may_freeze
from services.governance.storage import events_out, membership_projection, vote_rolls, votes


async def freeze_vote_roll(
    work: UnitOfWork, vote_id: str, identities: Mapping[UUID, str], co_op: str, today: date, published: Mapping[str, int]
) -> None:
    """Freeze the roll.

    `identities` is person -> identity; `today` the date in our zone; `published` the event of each source that our projections must have
    reached.

    Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN, FailedPrecondition ROLL_FROZEN_ALREADY, VOTE_NOT_AT_THIS, VOTE_TOO_LATE,
    ROLL_EMPTY, ROLL_ABOVE_CEILING or ROLL_GROUP_TOO_SMALL, Invalid PEOPLE_MISSING or PEOPLE_UNKNOWN, Unavailable SOURCE_AWAY.
    """
    secretary = await require_person(work, SECRETARY)
    vote = await votes.get_locked(work, vote_id)
    require_may_freeze(vote, work.now)
    await require_applied(work, published)
    groups = vote_roll.voting_groups(vote.terms, co_op)
    members = await membership_projection.list_voters(work, today)
    voters = {person: groups[member_class] for person, member_class in members.items() if member_class in groups}
    classes = await membership_projection.get_classes(work, today, identities.keys() - voters.keys())
    # Some 50 microseconds a row: in a thread, so that it does not block the event loop.
    rows = await asyncio.to_thread(vote_roll.make_roll_rows, vote.terms, voters, identities, classes)
    sizes = vote_roll.group_sizes(rows)
    vote_roll.check_group_sizes(vote.terms, co_op, sizes)
    await vote_rolls.save_roll(work, vote.id, rows, {group: (size, size < vote.terms.k) for group, size in sizes.items()})
    await votes.save(work, replace(vote, stored_state=VoteState.ROLL_FROZEN, frozen_by=secretary))
    entries = await asyncio.to_thread(vote_roll.board_entries, rows)
    await events_out.vote_rows_frozen(work, vote.id, vote_roll.split_for_events(entries))
