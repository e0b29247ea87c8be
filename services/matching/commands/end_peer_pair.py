"""One of two peers ends their pair. Nobody gives a reason, and nothing says by whose wish."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.peer_pair import PeerPair
from services.matching.storage import events_out, peer_noes, peer_pairs


async def end_peer_pair(work: UnitOfWork, pair_id: UUID) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound PEER_PAIR_UNKNOWN, for one that is not the caller's too."""
    person = await hats.require_person(work)
    pair = await peer_pairs.find(work, pair_id)
    if pair is None or person not in {pair.first, pair.second}:
        raise NotFound("PEER_PAIR_UNKNOWN")
    await end_peer_pair_now(work, pair)


async def end_peer_pair_now(work: UnitOfWork, pair: PeerPair) -> None:
    """From now on neither is shown to the other, until they want to be."""
    await peer_pairs.remove(work, pair)
    await peer_noes.add_lapsed(work, pair.first, pair.second, work.now)
    await events_out.peer_pair_ended(work, pair)
