"""GetMotion and ListMotions, as the caller sees them: everybody who is signed in may read every motion."""

from dataclasses import dataclass
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from libs.rpc import paging
from libs.rulebook import ResolutionType, Rulebook
from services.governance.domain.ballot import NoVoteReason, no_vote_reason
from services.governance.storage import motions, rulebooks
from services.governance.storage.motions import ListFilter, MotionForCaller


@dataclass(frozen=True)
class MotionView:
    """A motion with its rulebook, its roll, and why the caller has no vote on it (None = has one, or the caller is not a person)."""

    for_caller: MotionForCaller
    rulebook: Rulebook
    kind: ResolutionType
    roll: dict[str, int]
    no_vote: NoVoteReason | None


async def get_motion(work: UnitOfWork, motion_id: UUID) -> MotionView:
    """Return one motion. Raises NotFound MOTION_UNKNOWN."""
    for_caller = await motions.get_for_caller(work, motion_id)
    if for_caller is None:
        raise NotFound("MOTION_UNKNOWN")
    return await _view(work, for_caller)


async def list_motions(work: UnitOfWork, list_filter: ListFilter, page_size: int, page_token: str) -> tuple[list[MotionView], str]:
    """Return one page and the token of the next. Raises Invalid for a token of another list."""
    query = f"motions {list_filter.value}"
    key = paging.key_of(query, page_token, parts=2)
    after = (paging.parse_key_part(paging.parse_datetime, key[0]), paging.parse_key_part(UUID, key[1])) if key else None
    limit = paging.page_size_of(page_size)
    rows = await motions.list_page(work, list_filter, after, limit + 1)
    shown = rows[:limit]
    token = paging.token_of(query, shown[-1].key(list_filter).isoformat(), str(shown[-1].motion.id)) if len(rows) > limit else ""
    return [await _view(work, row) for row in shown], token


async def _view(work: UnitOfWork, for_caller: MotionForCaller) -> MotionView:
    motion = for_caller.motion
    rulebook = await rulebooks.load_rules(work, motion.rulebook_hash)
    kind = rulebook.resolution(motion.resolution_type)
    if kind is None:
        raise LookupError(motion.resolution_type)
    no_vote = None
    if for_caller.roll_row is None and work.caller.person is not None:
        voting_right = await motions.get_voting_right(work, work.caller.person, for_caller.roll_day)
        no_vote = no_vote_reason(voting_right, kind.counting.excluded)
    return MotionView(for_caller, rulebook, kind, await motions.roll_sizes(work, motion.id), no_vote)
