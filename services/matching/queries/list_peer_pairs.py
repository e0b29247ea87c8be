"""All pairs of peers, for the Link: who, and since when; nothing of what they wrote or said."""

from libs.access import audit
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.matching.domain.peer_pair import PeerPair
from services.matching.storage import links, peer_pairs


async def list_peer_pairs(work: UnitOfWork, page: PageRequest) -> Page[PeerPair]:
    """Without the Link's own, which they see as everybody does. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED."""
    link = await links.require_link(work)
    found = await peer_pairs.list_all(work, page, without=link)
    await audit.record_read(work, "peer pair", "list", *{one for pair in found.items for one in (pair.first, pair.second)})
    return found
