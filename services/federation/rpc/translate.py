"""Translates peers and our own identity to and from wire messages."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from kith.federation.v1 import federation_pb2 as pb
from libs.database.paging import Page, PageRequest
from libs.rpc.enums import to_wire
from services.federation.commands.rotate_keys import RotationResult
from services.federation.queries.get_own_identity import OwnIdentityView
from services.federation.queries.get_peer import PeerView
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.peers import PeeringLogEntry

PeerResponse = TypeVar(
    "PeerResponse", pb.ConfirmPeerResponse, pb.SuspendPeerResponse, pb.ResumePeerResponse, pb.SeverPeerResponse, pb.GetPeerResponse
)


class PeerCheckResult(Protocol):
    """The result of one step of a connection check."""

    @property
    def what(self) -> str: ...
    @property
    def good(self) -> bool: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


def nothing(_: Message) -> tuple[()]:
    return ()


def rotation(local_identity: LocalIdentity, request: pb.RotateKeysRequest) -> tuple[LocalIdentity, Sequence[str], bytes]:
    return local_identity, request.revoke, request.root_signature


def invitation(request: pb.AcceptPeerRequest) -> tuple[str]:
    return (request.invitation,)


def confirmation(local_identity: LocalIdentity, request: pb.ConfirmPeerRequest) -> tuple[LocalIdentity, str, str, str, int, str]:
    return local_identity, request.peer, request.code, request.decision_id, request.decision_number, request.contact


def decision(request: pb.SuspendPeerRequest | pb.ResumePeerRequest) -> tuple[str, str, int]:
    return request.peer, request.decision_id, request.decision_number


def severance(request: pb.SeverPeerRequest) -> tuple[str, str, int, bool]:
    return request.peer, request.decision_id, request.decision_number, request.return_data


def page(request: pb.ListPeersRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def peer_id(request: pb.GetPeerRequest) -> tuple[str]:
    return (request.peer,)


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


def rotate_keys_response(result: RotationResult) -> pb.RotateKeysResponse:
    return pb.RotateKeysResponse(document=result.document, seq=result.seq, to_sign=result.to_sign)


def accept_peer_response(result: tuple[PeerView, bytes]) -> pb.AcceptPeerResponse:
    view, own_invitation = result
    return pb.AcceptPeerResponse(peer=peer_message(view), invitation=own_invitation.decode())


def peer_response(response: type[PeerResponse]) -> Callable[[PeerView], PeerResponse]:
    return lambda view: response(peer=peer_message(view))


def list_peers_response(page: Page[PeerView]) -> pb.ListPeersResponse:
    return pb.ListPeersResponse(peers=map(peer_message, page.items), next_page_token=page.next_token)


def check_peer_response(checks: Sequence[PeerCheckResult]) -> pb.CheckPeerResponse:
    results = [pb.PeerCheck(what=check.what, good=check.good, reason=check.reason, detail=check.detail) for check in checks]
    return pb.CheckPeerResponse(checks=results)


def peer_message(view: PeerView) -> pb.Peer:
    peer = view.peer
    message = pb.Peer(
        co_op=peer.id,
        name=peer.name,
        state=to_wire(pb.PeerState, peer.state),
        fingerprint=peer.identity.fingerprint,
        code=view.code,
        endpoint=peer.endpoint,
        contact=view.contact,
        unreachable=peer.unreachable,
        waiting=view.waiting,
        suspended_by_them=peer.suspended_by_them,
        agreement=peer.agreement if peer.agreement and peer.our_signature and peer.their_signature else b"",
        events=map(_peer_event_message, view.events),
        clock_off=peer.clock_off,
        decided=peer.decided,
        failing=peer.failing,
        asks=peer.exchanges_asks,
    )
    if peer.heard_at is not None:
        message.heard_at.FromDatetime(peer.heard_at)
    return message


def _peer_event_message(entry: PeeringLogEntry) -> pb.PeerEvent:
    message = pb.PeerEvent(what=entry.what, decision_number=entry.decision_number, by_them=entry.by_them)
    message.at.FromDatetime(entry.at)
    return message
