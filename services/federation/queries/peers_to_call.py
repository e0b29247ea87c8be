"""Whom we call: those we stand with, and those we severed and who were not told yet; only where there is a port to call."""

from libs.database.engine import Work
from services.federation.domain import letters as law
from services.federation.domain.pairing import HEARD, PeerState
from services.federation.storage import letters, peers


async def peers_to_call(work: Work) -> set[str]:
    """Co-op ids."""
    found = set()
    for peer in await peers.every(work):
        if not peer.endpoint:
            continue
        if peer.state in HEARD or (peer.state is PeerState.SEVERED and await letters.to_tell(work, peer.id, peer.letters_held, law.SEVER)):
            found.add(peer.id)
    return found
