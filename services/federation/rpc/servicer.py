"""FederationService: our own identity, and the peerings with other co-ops.

A commit that changes a peering wakes the border (`storage/topics.py`), which then calls the peer.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVarTuple

from kith.federation.v1 import federation_pb2 as pb
from libs.access import hats
from libs.access.acting_audit import while_acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.rpc.binding import BoundService, bind, command, handler, query
from libs.rpc.transactions import Transactions
from services.federation.commands.accept_peer import accept_peer
from services.federation.commands.confirm_peer import confirm_peer
from services.federation.commands.resume_peer import resume_peer
from services.federation.commands.rotate_keys import rotate_keys
from services.federation.commands.sever_peer import sever_peer
from services.federation.commands.suspend_peer import suspend_peer
from services.federation.queries.get_own_identity import OwnIdentityView, get_invitation, get_own_identity, write_own_invitation
from services.federation.queries.get_peer import PeerView, build_peer_view, get_peer, list_peers
from services.federation.rpc import translate
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.peers import Peer

Arguments = TypeVarTuple("Arguments")


def federation_service(
    transactions: Transactions,
    local_identity: LocalIdentity,
    *,
    is_recovering: Callable[[], bool],
    is_clock_doubtful: Callable[[], bool],
    probe: Callable[[str], Awaitable[Sequence[translate.PeerCheckResult]]],
) -> BoundService:
    """The last three are state of the running process that is not in its database, and its connection to peers."""

    def own_identity(view: OwnIdentityView) -> pb.GetOwnIdentityResponse:
        return translate.own_identity_response(view, local_identity, recovering=is_recovering(), doubtful=is_clock_doubtful())

    async def check_peer(transactions: Transactions, request: pb.CheckPeerRequest) -> pb.CheckPeerResponse:
        # Checking takes seconds: meanwhile no transaction is open.
        async with transactions.query() as work:
            if not (await hats.wears(work, hats.OPERATOR) or await hats.wears(work, hats.SECRETARY)):
                raise NotAllowed("HAT_NEEDED", hat=hats.OPERATOR)
        return translate.check_peer_response(await probe(request.peer))

    async def accept(work: UnitOfWork, text: str) -> tuple[PeerView, bytes]:
        return await build_peer_view(work, await accept_peer(work, text)), await write_own_invitation(work, local_identity)

    return bind(
        pb,
        "FederationService",
        transactions,
        {
            "GetOwnIdentity": query(translate.nothing, lambda work: get_own_identity(work, local_identity), own_identity),
            "RotateKeys": command(partial(translate.rotation, local_identity), rotate_keys, translate.rotate_keys_response),
            "InvitePeer": query(
                translate.nothing, lambda work: get_invitation(work, local_identity), lambda text: pb.InvitePeerResponse(invitation=text)
            ),
            "AcceptPeer": command(translate.invitation, accept, translate.accept_peer_response),
            "ConfirmPeer": command(
                partial(translate.confirmation, local_identity), _viewed(confirm_peer), translate.peer_response(pb.ConfirmPeerResponse)
            ),
            "SuspendPeer": command(translate.decision, _viewed(suspend_peer), translate.peer_response(pb.SuspendPeerResponse)),
            "ResumePeer": command(translate.decision, _viewed(resume_peer), translate.peer_response(pb.ResumePeerResponse)),
            "SeverPeer": command(translate.severance, _viewed(sever_peer), translate.peer_response(pb.SeverPeerResponse)),
            "ListPeers": while_acting("co-ops", query(translate.page, list_peers, translate.list_peers_response)),
            "GetPeer": query(translate.peer_id, get_peer, translate.peer_response(pb.GetPeerResponse)),
            "CheckPeer": handler(check_peer),
        },
    )


def _viewed(change: Callable[[UnitOfWork, *Arguments], Awaitable[Peer]]) -> Callable[[UnitOfWork, *Arguments], Awaitable[PeerView]]:
    """The command, followed by the view of the peer that it changed."""

    async def act(work: UnitOfWork, *arguments: *Arguments) -> PeerView:
        return await build_peer_view(work, await change(work, *arguments))

    return act
