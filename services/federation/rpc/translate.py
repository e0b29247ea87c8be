"""Translates peers and our own identity to wire messages."""

from datetime import datetime

from kith.federation.v1 import federation_pb2 as pb
from services.federation.domain.peering import PeerState
from services.federation.queries.get_own_identity import OwnIdentityView
from services.federation.queries.get_peer import PeerView
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.peers import PeeringLogEntry

_PEER_STATES = {
    PeerState.INVITED: pb.PEER_STATE_INVITED,
    PeerState.CONFIRMED: pb.PEER_STATE_CONFIRMED,
    PeerState.ACTIVE: pb.PEER_STATE_ACTIVE,
    PeerState.SUSPENDED: pb.PEER_STATE_SUSPENDED,
    PeerState.SEVERED: pb.PEER_STATE_SEVERED,
}


def own_identity_response(
    view: OwnIdentityView, local_identity: LocalIdentity, *, recovering: bool, doubtful: bool
) -> pb.GetOwnIdentityResponse:
    response = pb.GetOwnIdentityResponse(
        co_op=local_identity.co_op,
        name=local_identity.name,
        endpoint=local_identity.endpoint,
        root_here=view.has_root_key,
        recovering=recovering,
        clock_doubtful=doubtful,
    )
    if view.latest is not None:
        response.document = view.latest.content
        response.fingerprint = view.latest.document.fingerprint
        response.seq = view.latest.document.seq
    return response


def peer_message(view: PeerView) -> pb.Peer:
    peer = view.peer
    message = pb.Peer(
        co_op=peer.id,
        name=peer.name,
        state=_PEER_STATES[peer.state],
        fingerprint=peer.identity.fingerprint,
        code=view.code,
        endpoint=peer.endpoint,
        contact=view.contact,
        unreachable=peer.unreachable,
        waiting=view.waiting,
        suspended_by_them=peer.suspended_by_them,
        agreement=peer.agreement if peer.agreement and peer.our_signature and peer.their_signature else b"",
        events=[_peer_event_message(event) for event in view.events],
        clock_off=peer.clock_off,
        decided=peer.decided,
        failing=peer.failing,
    )
    if peer.heard_at is not None:
        message.heard_at.FromDatetime(peer.heard_at)
    return message


def _peer_event_message(entry: PeeringLogEntry) -> pb.PeerEvent:
    message = pb.PeerEvent(what=entry.what, decision_number=entry.decision_number, by_them=entry.by_them)
    at: datetime = entry.at
    message.at.FromDatetime(at)
    return message
