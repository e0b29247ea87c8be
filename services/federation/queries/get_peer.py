"""Peers, the state of each peering, and its log. Open to everybody signed in: no person is in it."""

import asyncio
from dataclasses import dataclass

from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotFound
from libs.signing import canonical
from services.federation.domain import agreement, peering
from services.federation.storage import own_identity, peer_messages, peers
from services.federation.storage.peers import Peer, PeeringLogEntry


@dataclass(frozen=True)
class PeerView:
    """A peer with derived data: the code to compare, its contact, how many messages it does not hold yet."""

    peer: Peer
    code: str
    contact: str
    waiting: int
    events: tuple[PeeringLogEntry, ...] = ()


async def list_peers(work: UnitOfWork, page: PageRequest) -> Page[PeerView]:
    """One page, by co-op id."""
    rows = await peers.list_page(work, page)
    return Page([await build_peer_view(work, peer) for peer in rows.items], rows.next_token)


async def get_peer(work: UnitOfWork, peer_id: str) -> PeerView:
    """With its log. Raises NotFound PEER_UNKNOWN."""
    stored_peer = await peers.get(work, peer_id)
    if stored_peer is None:
        raise NotFound("PEER_UNKNOWN")
    return await build_peer_view(work, stored_peer, with_log=True)


async def build_peer_view(work: UnitOfWork, peer: Peer, *, with_log: bool = False) -> PeerView:
    identity = await own_identity.get_latest(work)
    # The code is slow to compute on purpose, so it is computed in a thread.
    code = await asyncio.to_thread(peering.comparison_code, identity.document.root, peer.root) if identity else ""
    events = tuple(await peers.list_log_entries(work, peer.id)) if with_log else ()
    return PeerView(peer, code, _contact_of_peer(peer), await peer_messages.count_undelivered(work, peer.id, peer.letters_held), events)


def _contact_of_peer(peer: Peer) -> str:
    """The peer's contact, from its half of the agreement."""
    if peer.their_half is None:
        return ""
    try:
        return agreement.half_from_json(canonical.decode(peer.their_half)).contact
    except DocumentError:
        return ""
