"""A motion, or a page of them, as the caller sees it: every person who is signed in may read every motion."""

from dataclasses import dataclass
from uuid import UUID

from libs.database.engine import Work
from libs.refusals import NotFound
from libs.rpc import paging
from libs.rulebook import ResolutionType, Rulebook
from services.governance.domain.ballot import NoVote, why_no_vote
from services.governance.storage import motions, rulebooks
from services.governance.storage.motions import Filter, Seen


@dataclass(frozen=True)
class MotionView:
    """A motion with the rules it runs under, its roll, and why the caller has no vote on it (None = has one, or nobody is asking)."""

    seen: Seen
    rulebook: Rulebook
    kind: ResolutionType
    roll: dict[str, int]
    no_vote: NoVote | None


async def see_motion(work: Work, motion_id: UUID) -> MotionView:
    """Raises NotFound MOTION_UNKNOWN."""
    seen = await motions.seen(work, motion_id)
    if seen is None:
        raise NotFound("MOTION_UNKNOWN")
    return await _view(work, seen)


async def list_motions(work: Work, by: Filter, page_size: int, page_token: str) -> tuple[list[MotionView], str]:
    """One page and the token of the next. Raises Invalid for a token of another list."""
    query = f"motions {by.value}"
    key = paging.key_of(query, page_token, parts=2)
    after = (paging.part(paging.moment, key[0]), paging.part(UUID, key[1])) if key else None
    limit = paging.size_of(page_size)
    rows = await motions.page(work, by, after, limit + 1)
    more = rows[:limit]
    token = paging.token_of(query, more[-1].key(by).isoformat(), str(more[-1].motion.id)) if len(rows) > limit else ""
    return [await _view(work, one) for one in more], token


async def _view(work: Work, seen: Seen) -> MotionView:
    rulebook = await rulebooks.rules(work, seen.motion.rulebook_hash)
    kind = rulebook.resolution(seen.motion.resolution_type)
    if kind is None:
        raise LookupError(seen.motion.resolution_type)
    no_vote = None
    if seen.mine is None and work.caller.person is not None:
        standing = await motions.standing(work, work.caller.person, seen.roll_day)
        no_vote = why_no_vote(standing, kind.counting.excluded)
    return MotionView(seen, rulebook, kind, await motions.roll_sizes(work, seen.motion.id), no_vote)
