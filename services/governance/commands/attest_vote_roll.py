"""AttestVoteRoll: a scrutineer opens every row against the register."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.governance.commands.held_vote import for_office
from services.governance.domain import vote_roll
from services.governance.domain.vote_course import SCRUTINEERS_NEEDED, require_may_attest
from services.governance.storage import facts_out, vote_rolls, votes


async def attest_vote_roll(work: Work, vote_id: str, given: Mapping[UUID, str]) -> list[UUID]:
    """Whose rows did not open with the identities given; with any, nothing is attested.

    Raises what `for_office` does, NotAllowed FROZE_IT_THEMSELVES, NotNow VOTE_NOT_AT_THIS.
    """
    vote, scrutineer = await for_office(work, vote_id, hats.SCRUTINEER)
    require_may_attest(vote)
    if scrutineer == vote.frozen_by:
        raise NotAllowed("FROZE_IT_THEMSELVES")
    rows = await vote_rolls.all_rows(work, vote.id)
    wrong = await asyncio.to_thread(vote_roll.unopened, rows, given)
    if not wrong and await votes.attest(work, vote.id, scrutineer) and await votes.attested(work, vote.id) == SCRUTINEERS_NEEDED:
        await facts_out.vote_roll_attested(work, vote.id, len(rows), SCRUTINEERS_NEEDED)
    return wrong
