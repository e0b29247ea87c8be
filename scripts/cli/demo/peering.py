"""The demonstration's peering: invitations both ways, a code compared, a decision named on both sides."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations

from kith.federation.v1 import federation_pb2 as pb
from kith.governance.v1 import governance_pb2 as governance
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli.demo.clock import until
from scripts.cli.demo.co_op import CoOp
from scripts.cli.patience import patiently

_ACTIVE_SECONDS = 60.0


async def compare(co_ops: Sequence[CoOp]) -> list[str]:
    """Invitations go both ways between every two, as texts that people carry; the codes that both screens show."""
    return await asyncio.gather(*(_compare(one, other) for one, other in combinations(co_ops, 2)))


async def become_peers(co_ops: Sequence[CoOp], codes: Sequence[str], decisions: Mapping[str, governance.Decision]) -> None:
    """Every co-op with every other, by its own decision; back when all say that they are active."""
    pairs = [(one, other, code) for (one, other), code in zip(combinations(co_ops, 2), codes, strict=True)]
    # One after the other: whoever confirms last calls, and finds somebody who has confirmed. The last of all has no port to be called at.
    await asyncio.gather(*(_confirm(one, other.id, code, decisions[one.id]) for one, other, code in pairs))
    await asyncio.gather(*(_confirm(other, one.id, code, decisions[other.id]) for one, other, code in pairs))
    ends = [(own, peer.id) for one, other, _ in pairs for own, peer in ((one, other), (other, one))]
    await asyncio.gather(*(until(partial(_active, own, peer), _ACTIVE_SECONDS, "a peer") for own, peer in ends))


async def _compare(one: CoOp, other: CoOp) -> str:
    theirs = await _accept(other, await _invitation(one))
    ours = await _accept(one, theirs.invitation)
    one.steps.expect(f"the code of {one.name} and {other.name} on the other screen", theirs.peer.code, ours.peer.code)
    return ours.peer.code


async def _invitation(co_op: CoOp) -> str:
    asked = pb.InvitePeerRequest()
    answer: pb.InvitePeerResponse = await patiently(lambda: ask(co_op.door.federation.InvitePeer, asked, co_op.door.secretary()))
    return answer.invitation


async def _accept(co_op: CoOp, invitation: str) -> pb.AcceptPeerResponse:
    asked = pb.AcceptPeerRequest(request_id=str(new_id()), invitation=invitation)
    answer: pb.AcceptPeerResponse = await ask(co_op.door.federation.AcceptPeer, asked, co_op.door.secretary())
    return answer


async def _confirm(co_op: CoOp, peer: str, code: str, decision: governance.Decision) -> None:
    asked = pb.ConfirmPeerRequest(
        request_id=str(new_id()),
        peer=peer,
        code=code,
        decision_id=decision.decision_id,
        decision_number=decision.number,
        contact=f"The secretary of {co_op.name}, {co_op.door.instance.co_op.phone}",
    )
    await patiently(lambda: ask(co_op.door.federation.ConfirmPeer, asked, co_op.door.secretary()))


async def _active(co_op: CoOp, peer: str) -> bool | None:
    answer = await ask(co_op.door.federation.GetPeer, pb.GetPeerRequest(peer=peer), co_op.door.secretary())
    return answer.peer.state == pb.PEER_STATE_ACTIVE or None
