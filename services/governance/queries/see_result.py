"""The result of a motion, counted anew each time it is shown: from the numbers kept at the close and the rulebook it ran under."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.database.engine import Work
from libs.refusals import NotFound, NotNow
from libs.rulebook import ResolutionType, Rulebook
from services.governance.domain.tally import Tally, tally
from services.governance.storage import decisions, motions, rulebooks


@dataclass(frozen=True)
class ResultView:
    """A tally with what it was made from."""

    motion: UUID
    tally: Tally
    rulebook: Rulebook
    kind: ResolutionType
    decision: UUID
    decided_at: datetime


async def see_result(work: Work, motion_id: UUID) -> ResultView:
    """Raises NotFound MOTION_UNKNOWN, NotNow NOT_COUNTED_YET."""
    seen = await motions.seen(work, motion_id)
    if seen is None:
        raise NotFound("MOTION_UNKNOWN")
    decided = await decisions.of_motion(work, motion_id)
    if decided is None:
        raise NotNow("NOT_COUNTED_YET", closes_at=seen.motion.closes_at.isoformat())
    rulebook = await rulebooks.rules(work, seen.motion.rulebook_hash)
    kind = rulebook.resolution(seen.motion.resolution_type)
    if kind is None:
        raise LookupError(seen.motion.resolution_type)
    eligible, votes = await decisions.counts(work, motion_id)
    return ResultView(motion_id, tally(kind.counting, eligible, votes), rulebook, kind, *decided)
