"""The co-ops we know, where we stand with each, and the log of it. Open to everybody signed in: no person is in it."""

import asyncio
from dataclasses import dataclass

from libs.boards.forms import DocumentError
from libs.database.engine import Work
from libs.refusals import NotFound
from libs.rpc import paging
from libs.signing import canonical
from services.federation.domain import agreement, pairing
from services.federation.storage import identity_kept, letters, peers
from services.federation.storage.peers import Event, Peer


@dataclass(frozen=True)
class SeenPeer:
    """A peer with what follows from it: the code to compare, their contact, how many letters they do not hold yet."""

    peer: Peer
    code: str
    contact: str
    waiting: int
    events: tuple[Event, ...] = ()


async def list_peers(work: Work, page_size: int, page_token: str) -> tuple[list[SeenPeer], str]:
    """One page, by co-op id."""
    key = paging.key_of("peers", page_token, parts=1)
    limit = paging.size_of(page_size)
    rows = await peers.page(work, key[0] if key else "", limit + 1)
    shown = [await seen(work, one) for one in rows[:limit]]
    return shown, paging.token_of("peers", shown[-1].peer.id) if len(rows) > limit else ""


async def see_peer(work: Work, peer_id: str) -> SeenPeer:
    """With its log. Raises NotFound PEER_UNKNOWN."""
    found = await peers.one(work, peer_id)
    if found is None:
        raise NotFound("PEER_UNKNOWN")
    return await seen(work, found, with_log=True)


async def seen(work: Work, peer: Peer, *, with_log: bool = False) -> SeenPeer:
    own = await identity_kept.own(work)
    # Made slow on purpose, so not on the loop.
    code = await asyncio.to_thread(pairing.code_of, own.document.root, peer.root) if own else ""
    events = tuple(await peers.events(work, peer.id)) if with_log else ()
    return SeenPeer(peer, code, _contact(peer), await letters.unheard(work, peer.id, peer.letters_held), events)


def _contact(peer: Peer) -> str:
    """Who is asked at their side, from their half of the agreement."""
    if peer.their_half is None:
        return ""
    try:
        return agreement.half_from_json(canonical.decode(peer.their_half)).contact
    except DocumentError:
        return ""
