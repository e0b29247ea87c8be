"""What every ballot needs first: the motion, held open against its close, and the person's place on its roll."""

from uuid import UUID

from libs.database.engine import Work
from libs.refusals import NotAllowed, NotFound
from services.governance.domain.ballot import RollRow, options_of, why_no_vote
from services.governance.domain.motion import Motion, require_open
from services.governance.storage import motions, rulebooks


async def place_on_roll(work: Work, motion_id: UUID, person: UUID) -> tuple[Motion, RollRow, tuple[str, ...]]:
    """Motion, place and the options there are.

    Raises NotFound MOTION_UNKNOWN, NotNow BALLOT_NOT_OPEN or BALLOT_CLOSED, NotAllowed NOT_A_MEMBER, CLASS_HAS_NO_VOTE or JOINED_TOO_LATE.
    """
    found = await motions.for_ballot(work, motion_id, person)
    if found is None:
        raise NotFound("MOTION_UNKNOWN")
    motion, roll_day, row = found
    require_open(motion, work.now)
    counting = (await rulebooks.rules(work, motion.rulebook_hash)).resolution(motion.resolution_type)
    if counting is None:
        message = f"rulebook {motion.rulebook_hash} has no {motion.resolution_type}"
        raise LookupError(message)
    if row is None:
        standing = await motions.standing(work, person, roll_day)
        raise NotAllowed(why_no_vote(standing, counting.counting.excluded).value)
    return motion, row, options_of(counting.counting.method)
