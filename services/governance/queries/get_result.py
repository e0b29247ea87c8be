"""GetResult: the result of a motion, counted anew each time from the numbers saved at the close and the rulebook it ran under."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from libs.rulebook import ResolutionType, Rulebook
from services.governance.domain.tally import Tally, tally
from services.governance.storage import decisions, motions, rulebooks


@dataclass(frozen=True)
class MotionResult:
    """A motion's tally with the rulebook and decision behind it."""

    motion: UUID
    tally: Tally
    rulebook: Rulebook
    kind: ResolutionType
    decision: UUID
    decided_at: datetime


async def get_result(work: UnitOfWork, motion_id: UUID) -> MotionResult:
    """Return the result. Raises NotFound MOTION_UNKNOWN, FailedPrecondition NOT_COUNTED_YET."""
    motion = (await motions.get_for_caller(work, motion_id)).motion
    decision = await decisions.get_for_motion(work, motion_id)
    if decision is None:
        raise FailedPrecondition("NOT_COUNTED_YET", closes_at=motion.closes_at.isoformat())
    rulebook = await rulebooks.load_rules(work, motion.rulebook_hash)
    kind = await rulebooks.load_resolution_type(work, motion.rulebook_hash, motion.resolution_type)
    eligible, votes = await decisions.load_class_counts(work, motion_id)
    return MotionResult(motion_id, tally(kind.counting, eligible, votes), rulebook, kind, *decision)
