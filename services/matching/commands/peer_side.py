"""Which two members a call about peers is for: the caller, who speaks for nobody else, and another one."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Introduction, IntroductionKind
from services.matching.domain.peer_pair import Peers, peers_of
from services.matching.storage import introductions


@dataclass(frozen=True)
class PeerCall:
    """`own` calls, and `other` is the other of the two."""

    own: UUID
    other: UUID

    @property
    def peers(self) -> Peers:
        return peers_of(self.own, self.other)


async def require_peer(work: UnitOfWork, other: UUID) -> PeerCall:
    """Raises NotAllowed PERSON_NEEDED, Invalid SAME_PERSON."""
    call = PeerCall(await hats.require_person(work), other)
    peers_of(call.own, call.other)
    return call


async def find_live_peers(work: UnitOfWork, peers: Peers) -> Introduction | None:
    """The introduction of these two as peers that waits for answers; locked."""
    return await introductions.find_live(work, peers.first, peers.second, IntroductionKind.PEER)
