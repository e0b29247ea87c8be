"""Who wrote a post takes it down: its words are deleted."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.storage import peer_posts


async def withdraw_peer_post(work: UnitOfWork, post_id: UUID) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound POST_UNKNOWN, for one that is not the caller's too."""
    person = await hats.require_person(work)
    post = await peer_posts.find(work, post_id)
    if post is None or post.person != person:
        raise NotFound("POST_UNKNOWN")
    await peer_posts.withdraw(work, post.id)
