"""What every act on a vote with other co-ops needs first: the vote, held alone; a decision of our own to name, and how we decided it."""

from datetime import datetime
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed, NotFound, NotNow
from libs.rulebook import ResolutionType
from services.governance.commands.count_motion import MOTION
from services.governance.domain.vote_course import Vote
from services.governance.storage import decisions, votes


async def for_office(work: Work, vote_id: str, hat: str) -> tuple[Vote, UUID]:
    """The vote, and who acts on it under this hat. Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN."""
    await hats.require(work, hat)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    vote = await votes.locked(work, vote_id)
    if vote is None:
        raise NotFound("VOTE_UNKNOWN")
    return vote, work.caller.person


async def decided(work: Work, number: int) -> datetime:
    """When we decided it. Raises NotNow DECISION_UNKNOWN for what is no motion of ours, DECISION_NOT_PASSED."""
    found = await decisions.numbered(work, number)
    if found is None or found[0] != MOTION:
        raise NotNow("DECISION_UNKNOWN", number=str(number))
    _, passed, at = found
    if not passed:
        raise NotNow("DECISION_NOT_PASSED", number=str(number))
    return at


async def kind_of(work: Work, number: int) -> ResolutionType:
    """The kind of resolution that a motion of ours passed as. Raises NotNow DECISION_UNKNOWN."""
    kind = await decisions.kind_of(work, number)
    if kind is None:
        raise NotNow("DECISION_UNKNOWN", number=str(number))
    return kind
