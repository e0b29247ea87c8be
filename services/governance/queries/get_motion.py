"""GetMotion and ListMotions, as the caller sees them: everybody who is signed in may read every motion."""

from dataclasses import dataclass
from uuid import UUID

from kith.governance.v1.enums import MotionFilter, MotionState
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.rulebook import ResolutionType, Rulebook
from services.governance.domain.motion import Motion
from services.governance.domain.motion_ballot import MotionRow, NoVoteReason, no_vote_reason
from services.governance.storage import membership_projection, motions, rulebooks
from services.governance.storage.motions import MotionForCaller


@dataclass(frozen=True)
class MotionView:
    """A motion with its rulebook, its roll, and why the caller has no vote on it (None = has one, or the caller is not a person)."""

    motion: Motion
    state: MotionState
    ballots: int
    roll_row: MotionRow | None
    rulebook: Rulebook
    kind: ResolutionType
    roll: dict[str, int]
    no_vote: NoVoteReason | None


async def get_motion(work: UnitOfWork, motion_id: UUID) -> MotionView:
    """Return one motion. Raises NotFound MOTION_UNKNOWN."""
    return await _view(work, await motions.get_for_caller(work, motion_id))


async def list_motions(work: UnitOfWork, shown: MotionFilter | None, page: PageRequest) -> Page[MotionView]:
    """Return one page. Raises Invalid for a token of another list."""
    listed = await motions.list_for_caller(work, shown, page)
    return Page([await _view(work, for_caller) for for_caller in listed.items], listed.next_token)


async def _view(work: UnitOfWork, for_caller: MotionForCaller) -> MotionView:
    motion, row = for_caller.motion, for_caller.roll_row
    rulebook = await rulebooks.load_rules(work, motion.rulebook_hash)
    kind = await rulebooks.load_resolution_type(work, motion.rulebook_hash, motion.resolution_type)
    no_vote = None
    if row is None and work.caller.person is not None:
        voting_right = await membership_projection.get_voting_right(work, work.caller.person, for_caller.roll_day)
        no_vote = no_vote_reason(voting_right, kind.counting.excluded)
    roll = await motions.roll_sizes(work, motion.id)
    return MotionView(motion, motion.state(work.now), for_caller.ballots, row, rulebook, kind, roll, no_vote)
