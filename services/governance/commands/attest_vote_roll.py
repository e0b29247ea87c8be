"""AttestVoteRoll: a scrutineer checks every row of the frozen roll against the register."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from libs.access.hats import SCRUTINEER, require_person
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.governance.domain import vote_roll
from services.governance.domain.vote_lifecycle import SCRUTINEERS_NEEDED, require_may_attest
from services.governance.storage import events_out, vote_rolls, votes


async def attest_vote_roll(work: UnitOfWork, vote_id: str, identities: Mapping[UUID, str]) -> list[UUID]:
    """Return the people whose rows do not open with their identity; if there are any, nothing is attested.

    Raises NotAllowed HAT_NEEDED or FROZE_IT_THEMSELVES, NotFound VOTE_UNKNOWN, FailedPrecondition VOTE_NOT_AT_THIS.
    """
    scrutineer = await require_person(work, SCRUTINEER)
    vote = await votes.get_locked(work, vote_id)
    require_may_attest(vote)
    if scrutineer == vote.frozen_by:
        raise NotAllowed("FROZE_IT_THEMSELVES")
    rows = await vote_rolls.list_all_rows(work, vote.id)
    wrong_people = await asyncio.to_thread(vote_roll.people_with_wrong_identity, rows, identities)
    if (
        not wrong_people
        and await votes.add_attestation(work, vote.id, scrutineer)
        and await votes.count_attestations(work, vote.id) == SCRUTINEERS_NEEDED
    ):
        await events_out.vote_roll_attested(work, vote.id, len(rows), SCRUTINEERS_NEEDED)
    return wrong_people
