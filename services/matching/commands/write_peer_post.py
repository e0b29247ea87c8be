"""A member offers help as a peer or neighbour, or asks for it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain import peer_post
from services.matching.domain.peer_post import PeerPostWords
from services.matching.storage import peer_posts, projections


async def write_peer_post(work: UnitOfWork, typed: PeerPostWords, *, zone: ZoneInfo) -> UUID:
    """Raises NotAllowed PERSON_NEEDED or MEMBERS_ONLY, FailedPrecondition TOO_MANY_POSTS, Invalid for a field."""
    person = await hats.require_person(work)
    today = work.now.astimezone(zone).date()
    new = peer_post.write(work.new_id(), person, typed, work.now, today)
    # Locked: two posts at once are one after the other.
    if not await projections.is_member(work, person, lock=True):
        raise NotAllowed("MEMBERS_ONLY")
    peer_post.require_room(len(await peer_posts.list_of(work, person, today)))
    await peer_posts.add(work, new)
    return new.id
