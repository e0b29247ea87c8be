"""FederationService over gRPC: translate, open the work, one command or query, translate; afterwards somebody may have to be called."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1 import federation_pb2_grpc
from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from libs.rpc.desk import Desk
from services.federation.commands.accept_peer import accept_peer
from services.federation.commands.confirm_peer import confirm_peer
from services.federation.commands.resume_peer import resume_peer
from services.federation.commands.rotate_keys import rotate_keys
from services.federation.commands.sever_peer import sever_peer
from services.federation.commands.suspend_peer import suspend_peer
from services.federation.queries.see_identity import invite_peer, own_invitation, see_identity
from services.federation.queries.see_peers import list_peers, see_peer, seen
from services.federation.rpc import translate
from services.federation.storage.edge import Edge
from services.federation.storage.peers import Peer

Context = Any
"""grpc carries no types."""


Answer = TypeVar("Answer", pb.ConfirmPeerResponse, pb.SuspendPeerResponse, pb.ResumePeerResponse, pb.SeverPeerResponse)
_Request = pb.ConfirmPeerRequest | pb.SuspendPeerRequest | pb.ResumePeerRequest | pb.SeverPeerRequest


class Checked(Protocol):
    """One thing looked at on the way to a peer."""

    @property
    def what(self) -> str: ...
    @property
    def good(self) -> bool: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Standing(Protocol):
    """What the running process knows of itself beside its database."""

    @property
    def clock_doubtful(self) -> bool: ...
    @property
    def recovering(self) -> bool: ...

    def wake(self, peer: str) -> None:
        """Something changed with this peer: let it in, or no longer, and call it now."""
        ...

    def nudge(self) -> None:
        """Something waits for all of them."""
        ...

    async def check(self, peer: str) -> Sequence[Checked]: ...


class FederationServicer(federation_pb2_grpc.FederationServiceServicer):
    """One RPC, one intention."""

    def __init__(self, desk: Desk, edge: Edge, standing: Standing) -> None:
        self._desk = desk
        self._edge = edge
        self._standing = standing

    async def GetOwnIdentity(self, _: pb.GetOwnIdentityRequest, __: Context) -> pb.GetOwnIdentityResponse:
        async with self._desk.query() as work:
            found = await see_identity(work, self._edge)
        return translate.own(found, self._edge, recovering=self._standing.recovering, doubtful=self._standing.clock_doubtful)

    async def RotateKeys(self, request: pb.RotateKeysRequest, _: Context) -> pb.RotateKeysResponse:
        async def do(work: Work) -> pb.RotateKeysResponse:
            done = await rotate_keys(work, self._edge, request.revoke, request.root_signature)
            return pb.RotateKeysResponse(document=done.document, seq=done.seq, to_sign=done.to_sign)

        given = await self._desk.command(request, pb.RotateKeysResponse, do)
        self._standing.nudge()
        return given

    async def InvitePeer(self, _: pb.InvitePeerRequest, __: Context) -> pb.InvitePeerResponse:
        async with self._desk.query() as work:
            return pb.InvitePeerResponse(invitation=await invite_peer(work))

    async def AcceptPeer(self, request: pb.AcceptPeerRequest, _: Context) -> pb.AcceptPeerResponse:
        async def do(work: Work) -> pb.AcceptPeerResponse:
            found = await seen(work, await accept_peer(work, request.invitation))
            return pb.AcceptPeerResponse(peer=translate.peer(found), invitation=(await own_invitation(work)).decode())

        given = await self._desk.command(request, pb.AcceptPeerResponse, do)
        self._standing.wake(given.peer.co_op)
        return given

    async def ConfirmPeer(self, request: pb.ConfirmPeerRequest, _: Context) -> pb.ConfirmPeerResponse:
        async def do(work: Work) -> Peer:
            asked = (request.peer, request.code, request.decision_id, request.decision_number, request.contact)
            return await confirm_peer(work, self._edge, *asked)

        return await self._changed(request, pb.ConfirmPeerResponse, do)

    async def SuspendPeer(self, request: pb.SuspendPeerRequest, _: Context) -> pb.SuspendPeerResponse:
        return await self._changed(
            request, pb.SuspendPeerResponse, lambda work: suspend_peer(work, request.peer, request.decision_id, request.decision_number)
        )

    async def ResumePeer(self, request: pb.ResumePeerRequest, _: Context) -> pb.ResumePeerResponse:
        return await self._changed(
            request, pb.ResumePeerResponse, lambda work: resume_peer(work, request.peer, request.decision_id, request.decision_number)
        )

    async def SeverPeer(self, request: pb.SeverPeerRequest, _: Context) -> pb.SeverPeerResponse:
        async def do(work: Work) -> Peer:
            asked = (request.peer, request.decision_id, request.decision_number)
            return await sever_peer(work, *asked, return_data=request.return_data)

        return await self._changed(request, pb.SeverPeerResponse, do)

    async def ListPeers(self, request: pb.ListPeersRequest, _: Context) -> pb.ListPeersResponse:
        async with self._desk.query() as work:
            found, token = await list_peers(work, request.page_size, request.page_token)
            return pb.ListPeersResponse(peers=[translate.peer(one) for one in found], next_page_token=token)

    async def GetPeer(self, request: pb.GetPeerRequest, _: Context) -> pb.GetPeerResponse:
        async with self._desk.query() as work:
            return pb.GetPeerResponse(peer=translate.peer(await see_peer(work, request.peer)))

    async def CheckPeer(self, request: pb.CheckPeerRequest, _: Context) -> pb.CheckPeerResponse:
        async with self._desk.query() as work:
            if not (await hats.wears(work, hats.OPERATOR) or await hats.wears(work, hats.SECRETARY)):
                raise NotAllowed("HAT_NEEDED", hat=hats.OPERATOR)
        checks = await self._standing.check(request.peer)
        found = [pb.PeerCheck(what=one.what, good=one.good, reason=one.reason, detail=one.detail) for one in checks]
        return pb.CheckPeerResponse(checks=found)

    async def _changed(self, request: _Request, answer: type[Answer], do: Callable[[Work], Awaitable[Peer]]) -> Answer:
        async def done(work: Work) -> Answer:
            return answer(peer=translate.peer(await seen(work, await do(work))))

        given = await self._desk.command(request, answer, done)
        self._standing.wake(request.peer)
        return given
