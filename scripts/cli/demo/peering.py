"""Makes the demonstration's co-ops peers: invitations both ways, a code to compare, and a decision on both sides."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations

from kith.federation.v1 import federation_pb2 as pb
from kith.governance.v1 import governance_pb2 as governance
from scripts.cli.demo.clocks import poll_until
from scripts.cli.demo.co_op import DemoCoOp

_ACTIVE_SECONDS = 60.0


async def exchange_invitations(co_ops: Sequence[DemoCoOp]) -> list[str]:
    """Exchanges invitations between every two co-ops and returns the code of each pair."""
    return await asyncio.gather(*(_compare(co_op, other) for co_op, other in combinations(co_ops, 2)))


async def become_peers(co_ops: Sequence[DemoCoOp], codes: Sequence[str], decisions: Mapping[str, governance.Decision]) -> None:
    """Confirms every peering by each co-op's decision; returns when all are active."""
    pairs = [(co_op, other, code) for (co_op, other), code in zip(combinations(co_ops, 2), codes, strict=True)]
    # In two rounds: the co-op that confirms last calls the other, which must have confirmed. The last of all has no port to be called at.
    await asyncio.gather(*(_confirm(co_op, other.id, code, decisions[co_op.id]) for co_op, other, code in pairs))
    await asyncio.gather(*(_confirm(other, co_op.id, code, decisions[other.id]) for co_op, other, code in pairs))
    ends = [(own, peer.id) for co_op, other, _ in pairs for own, peer in ((co_op, other), (other, co_op))]
    await asyncio.gather(*(poll_until(partial(_active, own, peer), _ACTIVE_SECONDS, "a peer") for own, peer in ends))


async def _compare(co_op: DemoCoOp, other: DemoCoOp) -> str:
    theirs = await _accept(other, await _invitation(co_op))
    ours = await _accept(co_op, theirs.invitation)
    co_op.steps.expect(f"the code of {co_op.name} and {other.name} on the other screen", theirs.peer.code, ours.peer.code)
    return ours.peer.code


async def _invitation(co_op: DemoCoOp) -> str:
    request = pb.InvitePeerRequest()
    response: pb.InvitePeerResponse = await co_op.connection.as_secretary(co_op.connection.federation.InvitePeer, request, retried=True)
    return response.invitation


async def _accept(co_op: DemoCoOp, invitation: str) -> pb.AcceptPeerResponse:
    request = pb.AcceptPeerRequest(invitation=invitation)
    response: pb.AcceptPeerResponse = await co_op.connection.as_secretary(co_op.connection.federation.AcceptPeer, request)
    return response


async def _confirm(co_op: DemoCoOp, peer: str, code: str, decision: governance.Decision) -> None:
    request = pb.ConfirmPeerRequest(
        peer=peer,
        code=code,
        decision_id=decision.decision_id,
        decision_number=decision.number,
        contact=f"The secretary of {co_op.name}, {co_op.connection.instance.co_op.phone}",
    )
    await co_op.connection.as_secretary(co_op.connection.federation.ConfirmPeer, request, retried=True)


async def _active(co_op: DemoCoOp, peer: str) -> bool | None:
    response = await co_op.connection.as_secretary(co_op.connection.federation.GetPeer, pb.GetPeerRequest(peer=peer))
    return response.peer.state == pb.PEER_STATE_ACTIVE or None
