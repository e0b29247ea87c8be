"""FederationService over gRPC: translate, open the transaction, one command or query, translate; then call the peers concerned."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1 import federation_pb2_grpc
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.rpc.transactions import Transactions
from services.federation.commands.accept_peer import accept_peer
from services.federation.commands.confirm_peer import confirm_peer
from services.federation.commands.resume_peer import resume_peer
from services.federation.commands.rotate_keys import rotate_keys
from services.federation.commands.sever_peer import sever_peer
from services.federation.commands.suspend_peer import suspend_peer
from services.federation.queries.get_own_identity import get_invitation, get_own_identity, write_own_invitation
from services.federation.queries.get_peer import build_peer_view, get_peer, list_peers
from services.federation.rpc import translate
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.peers import Peer

Context = Any
"""grpc carries no types."""


_PeerResponse = TypeVar("_PeerResponse", pb.ConfirmPeerResponse, pb.SuspendPeerResponse, pb.ResumePeerResponse, pb.SeverPeerResponse)
_Request = pb.ConfirmPeerRequest | pb.SuspendPeerRequest | pb.ResumePeerRequest | pb.SeverPeerRequest


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


class RunningGateway(Protocol):
    """The state of the running process that is not in its database, and its connection to peers."""

    @property
    def is_clock_doubtful(self) -> bool: ...
    @property
    def is_recovering(self) -> bool: ...

    def reconnect_peer(self, peer: str) -> None:
        """The peering changed: accepts its calls, or no longer, and calls it now."""
        ...

    def notify_all(self) -> None:
        """There is something for all peers."""
        ...

    async def check_peer(self, peer: str) -> Sequence[PeerCheckResult]: ...


class FederationServicer(federation_pb2_grpc.FederationServiceServicer):
    """One RPC, one intention."""

    def __init__(self, transactions: Transactions, local_identity: LocalIdentity, gateway: RunningGateway) -> None:
        self._transactions = transactions
        self._local_identity = local_identity
        self._gateway = gateway

    async def GetOwnIdentity(self, _: pb.GetOwnIdentityRequest, __: Context) -> pb.GetOwnIdentityResponse:
        async with self._transactions.query() as work:
            view = await get_own_identity(work, self._local_identity)
        return translate.own_identity_response(
            view, self._local_identity, recovering=self._gateway.is_recovering, doubtful=self._gateway.is_clock_doubtful
        )

    async def RotateKeys(self, request: pb.RotateKeysRequest, _: Context) -> pb.RotateKeysResponse:
        async def change(work: UnitOfWork) -> pb.RotateKeysResponse:
            run = await rotate_keys(work, self._local_identity, request.revoke, request.root_signature)
            return pb.RotateKeysResponse(document=run.document, seq=run.seq, to_sign=run.to_sign)

        response = await self._transactions.command(request, pb.RotateKeysResponse, change)
        self._gateway.notify_all()
        return response

    async def InvitePeer(self, _: pb.InvitePeerRequest, __: Context) -> pb.InvitePeerResponse:
        async with self._transactions.query() as work:
            return pb.InvitePeerResponse(invitation=await get_invitation(work))

    async def AcceptPeer(self, request: pb.AcceptPeerRequest, _: Context) -> pb.AcceptPeerResponse:
        async def change(work: UnitOfWork) -> pb.AcceptPeerResponse:
            view = await build_peer_view(work, await accept_peer(work, request.invitation))
            return pb.AcceptPeerResponse(peer=translate.peer_message(view), invitation=(await write_own_invitation(work)).decode())

        response = await self._transactions.command(request, pb.AcceptPeerResponse, change)
        self._gateway.reconnect_peer(response.peer.co_op)
        return response

    async def ConfirmPeer(self, request: pb.ConfirmPeerRequest, _: Context) -> pb.ConfirmPeerResponse:
        async def change(work: UnitOfWork) -> Peer:
            arguments = (request.peer, request.code, request.decision_id, request.decision_number, request.contact)
            return await confirm_peer(work, self._local_identity, *arguments)

        return await self._change_peering(request, pb.ConfirmPeerResponse, change)

    async def SuspendPeer(self, request: pb.SuspendPeerRequest, _: Context) -> pb.SuspendPeerResponse:
        return await self._change_peering(
            request, pb.SuspendPeerResponse, lambda work: suspend_peer(work, request.peer, request.decision_id, request.decision_number)
        )

    async def ResumePeer(self, request: pb.ResumePeerRequest, _: Context) -> pb.ResumePeerResponse:
        return await self._change_peering(
            request, pb.ResumePeerResponse, lambda work: resume_peer(work, request.peer, request.decision_id, request.decision_number)
        )

    async def SeverPeer(self, request: pb.SeverPeerRequest, _: Context) -> pb.SeverPeerResponse:
        async def change(work: UnitOfWork) -> Peer:
            arguments = (request.peer, request.decision_id, request.decision_number)
            return await sever_peer(work, *arguments, return_data=request.return_data)

        return await self._change_peering(request, pb.SeverPeerResponse, change)

    async def ListPeers(self, request: pb.ListPeersRequest, _: Context) -> pb.ListPeersResponse:
        async with self._transactions.query() as work:
            views, token = await list_peers(work, request.page_size, request.page_token)
            return pb.ListPeersResponse(peers=[translate.peer_message(view) for view in views], next_page_token=token)

    async def GetPeer(self, request: pb.GetPeerRequest, _: Context) -> pb.GetPeerResponse:
        async with self._transactions.query() as work:
            return pb.GetPeerResponse(peer=translate.peer_message(await get_peer(work, request.peer)))

    async def CheckPeer(self, request: pb.CheckPeerRequest, _: Context) -> pb.CheckPeerResponse:
        async with self._transactions.query() as work:
            if not (await hats.wears(work, hats.OPERATOR) or await hats.wears(work, hats.SECRETARY)):
                raise NotAllowed("HAT_NEEDED", hat=hats.OPERATOR)
        checks = await self._gateway.check_peer(request.peer)
        results = [pb.PeerCheck(what=check.what, good=check.good, reason=check.reason, detail=check.detail) for check in checks]
        return pb.CheckPeerResponse(checks=results)

    async def _change_peering(
        self, request: _Request, answer: type[_PeerResponse], change: Callable[[UnitOfWork], Awaitable[Peer]]
    ) -> _PeerResponse:
        async def run(work: UnitOfWork) -> _PeerResponse:
            return answer(peer=translate.peer_message(await build_peer_view(work, await change(work))))

        response = await self._transactions.command(request, answer, run)
        self._gateway.reconnect_peer(request.peer)
        return response
