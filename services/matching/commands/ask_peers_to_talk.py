"""The Link asks both of a pair to talk to them first. It is a wish: the pair goes on."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.peer_pair import ask_to_talk
from services.matching.storage import events_out, links, peer_pairs


async def ask_peers_to_talk(work: UnitOfWork, pair_id: UUID) -> None:
    """Both are told once. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, NotFound PEER_PAIR_UNKNOWN, for a pair of the Link's own too."""
    link = await links.require_link(work)
    pair = await peer_pairs.find(work, pair_id)
    if pair is None or link in {pair.first, pair.second}:
        raise NotFound("PEER_PAIR_UNKNOWN")
    asked = ask_to_talk(pair, link, work.now)
    if asked != pair:
        await peer_pairs.save(work, asked)
        await events_out.peer_talk_asked(work, asked)
