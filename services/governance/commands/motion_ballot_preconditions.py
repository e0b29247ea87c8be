"""Preconditions of a ballot on a motion: the motion, locked open, and the person's row on its roll."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from services.governance.domain.ballot import RollRow, ballot_options, no_vote_reason
from services.governance.domain.motion import Motion, require_open
from services.governance.storage import motions, rulebooks


async def load_open_motion_for_ballot(work: UnitOfWork, motion_id: UUID, person: UUID) -> tuple[Motion, RollRow, tuple[str, ...]]:
    """Return the motion, the person's roll row, and the ballot's options.

    Raises NotFound MOTION_UNKNOWN, FailedPrecondition BALLOT_NOT_OPEN or BALLOT_CLOSED, NotAllowed NOT_A_MEMBER, CLASS_HAS_NO_VOTE or
    JOINED_TOO_LATE.
    """
    motion_and_row = await motions.get_for_ballot(work, motion_id, person)
    if motion_and_row is None:
        raise NotFound("MOTION_UNKNOWN")
    motion, roll_day, row = motion_and_row
    require_open(motion, work.now)
    resolution_type = (await rulebooks.load_rules(work, motion.rulebook_hash)).resolution(motion.resolution_type)
    if resolution_type is None:
        message = f"rulebook {motion.rulebook_hash} has no {motion.resolution_type}"
        raise LookupError(message)
    if row is None:
        voting_right = await motions.get_voting_right(work, person, roll_day)
        raise NotAllowed(no_vote_reason(voting_right, resolution_type.counting.excluded).value)
    return motion, row, ballot_options(resolution_type.counting.method)
