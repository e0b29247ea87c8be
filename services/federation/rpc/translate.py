"""Between the wire's words and ours."""

from datetime import datetime

from kith.federation.v1 import federation_pb2 as pb
from services.federation.domain.pairing import PeerState
from services.federation.queries.see_identity import SeenIdentity
from services.federation.queries.see_peers import SeenPeer
from services.federation.storage.edge import Edge
from services.federation.storage.peers import Event

_STATES = {
    PeerState.INVITED: pb.PEER_STATE_INVITED,
    PeerState.CONFIRMED: pb.PEER_STATE_CONFIRMED,
    PeerState.ACTIVE: pb.PEER_STATE_ACTIVE,
    PeerState.SUSPENDED: pb.PEER_STATE_SUSPENDED,
    PeerState.SEVERED: pb.PEER_STATE_SEVERED,
}


def own(seen: SeenIdentity, edge: Edge, *, recovering: bool, doubtful: bool) -> pb.GetOwnIdentityResponse:
    said = pb.GetOwnIdentityResponse(
        co_op=edge.co_op,
        name=edge.name,
        endpoint=edge.endpoint,
        root_here=seen.root_here,
        recovering=recovering,
        clock_doubtful=doubtful,
    )
    if seen.kept is not None:
        said.document = seen.kept.content
        said.fingerprint = seen.kept.document.fingerprint
        said.seq = seen.kept.document.seq
    return said


def peer(seen: SeenPeer) -> pb.Peer:
    one = seen.peer
    said = pb.Peer(
        co_op=one.id,
        name=one.name,
        state=_STATES[one.state],
        fingerprint=one.identity.fingerprint,
        code=seen.code,
        endpoint=one.endpoint,
        contact=seen.contact,
        unreachable=one.unreachable,
        waiting=seen.waiting,
        suspended_by_them=one.suspended_by_them,
        agreement=one.agreement if one.agreement and one.our_signature and one.their_signature else b"",
        events=[_event(event) for event in seen.events],
        clock_off=one.clock_off,
        decided=one.decided,
        failing=one.failing,
    )
    if one.heard_at is not None:
        said.heard_at.FromDatetime(one.heard_at)
    return said


def _event(event: Event) -> pb.PeerEvent:
    said = pb.PeerEvent(what=event.what, decision_number=event.decision_number, by_them=event.by_them)
    at: datetime = event.at
    said.at.FromDatetime(at)
    return said
