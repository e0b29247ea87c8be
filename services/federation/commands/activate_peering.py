"""Activates a peering once both sides have signed the same agreement."""

from dataclasses import replace

from kith.federation.v1.enums import PeerState
from libs.database.engine import UnitOfWork
from services.federation.domain import peering
from services.federation.domain.peering import PeeringAction
from services.federation.storage import events_out, peers
from services.federation.storage.peers import Peer


async def activate_peering(work: UnitOfWork, peer: Peer) -> Peer:
    """The caller saves the peer."""
    if peer.agreement is None or peer.our_signature is None or peer.their_signature is None:
        return peer
    begins = peer.state is PeerState.CONFIRMED
    peer = replace(peer, state=peering.next_state(peer.state, PeeringAction.AGREE))
    if begins:
        await peers.add_log_entry(work, peer.id, "paired")
        await events_out.peer_paired(work, peer.id)
    return peer
