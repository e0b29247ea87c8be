"""A member's own posts on the board of peers and neighbours."""

from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.domain.peer_post import PeerPost
from services.matching.storage import peer_posts


async def get_peer_posts(work: UnitOfWork, *, zone: ZoneInfo) -> list[PeerPost]:
    """Raises NotAllowed PERSON_NEEDED."""
    return await peer_posts.list_of(work, await hats.require_person(work), work.now.astimezone(zone).date())
