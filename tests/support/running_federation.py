"""Runs only the federation service of several co-ops, on one PostgreSQL, with real borders and real certificates.

async with running_federations(infrastructure, "elm-row", "mill-lane") as (elm, mill):
    await pair_co_ops(elm, mill)
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1.federation_pb2_grpc import FederationServiceStub
from libs.boards import identity_documents
from libs.database.engine import new_id
from libs.host.backing.nats_server import find_free_port
from libs.observe.metrics import PEER_EXCHANGES
from libs.rpc.client import call_service
from libs.signing import statement
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op


@dataclass
class RunningFederation:
    """One co-op's federation service, with tokens of a secretary and an operator."""

    id: str
    co_op: RunningCoOp
    port: int
    root: Ed25519PrivateKey
    root_file: Path
    person: UUID

    @property
    def stub(self) -> FederationServiceStub:
        return self.co_op.stub(FederationServiceStub)

    @property
    def token(self) -> str:
        return self.co_op.token(self.person, hat="secretary")

    @property
    def operator(self) -> str:
        return self.co_op.token(self.person, hat="operator")

    def signature(self, body: bytes) -> bytes:
        """The root key's signature of an identity document's body."""
        return statement.sign(self.root, identity_documents.KIND, body)

    async def record_decision(self, *, passed: bool = True) -> str:
        """Stores a decision as governance's events would and returns its id."""
        decision = new_id()
        async with self.co_op.database_transaction("federation", owner=True) as connection:
            await connection.execute("insert into decision (id, passed, at) values ($1, $2, now())", decision, passed)
        return str(decision)

    async def own_identity(self) -> pb.GetOwnIdentityResponse:
        """Waits for this co-op's identity document and returns it."""
        response = pb.GetOwnIdentityResponse()
        async with asyncio.timeout(60):
            while not response.document:
                response = await call_service(self.stub.GetOwnIdentity, pb.GetOwnIdentityRequest(), self.token)
                await asyncio.sleep(0.05)
        return response

    async def invitation(self) -> str:
        await self.own_identity()
        response: pb.InvitePeerResponse = await call_service(self.stub.InvitePeer, pb.InvitePeerRequest(), self.token)
        return response.invitation

    async def accept(self, invitation: str) -> pb.AcceptPeerResponse:
        return await call_service(self.stub.AcceptPeer, pb.AcceptPeerRequest(request_id=str(new_id()), invitation=invitation), self.token)

    async def confirm(self, peer: str, code: str, *, decided: bool = True, decision: str = "") -> pb.Peer:
        request = pb.ConfirmPeerRequest(request_id=str(new_id()), peer=peer, code=code, contact=f"secretary of {self.id}, 01632 960001")
        if decided:
            request.decision_id, request.decision_number = decision or await self.record_decision(), 3
        response: pb.ConfirmPeerResponse = await call_service(self.stub.ConfirmPeer, request, self.token)
        return response.peer

    async def peer(self, co_op: str) -> pb.Peer:
        response: pb.GetPeerResponse = await call_service(self.stub.GetPeer, pb.GetPeerRequest(peer=co_op), self.token)
        return response.peer

    async def wait_until_peer(self, co_op: str, condition: Callable[[pb.Peer], bool], seconds: float = 60.0) -> pb.Peer:
        """Waits until the peer meets the condition."""
        peer = await self.peer(co_op)
        async with asyncio.timeout(seconds):
            while not condition(peer):
                await asyncio.sleep(0.1)
                peer = await self.peer(co_op)
        return peer

    async def wait_until_peer_state(self, co_op: str, state: pb.PeerState.ValueType, seconds: float = 60.0) -> pb.Peer:
        return await self.wait_until_peer(co_op, lambda peer: peer.state == state, seconds)


async def pair_co_ops(first: RunningFederation, second: RunningFederation) -> None:
    """Pairs two co-ops as people do: exchange invitations, compare codes, both decide."""
    code = (await second.accept(await first.invitation())).peer.code
    await first.accept(await second.invitation())
    await asyncio.gather(first.confirm(second.id, code), second.confirm(first.id, code))
    await first.wait_until_peer_state(second.id, pb.PEER_STATE_ACTIVE)
    await second.wait_until_peer_state(first.id, pb.PEER_STATE_ACTIVE)


@asynccontextmanager
async def running_federations(
    infrastructure: Infrastructure, *names: str, unreachable: tuple[str, ...] = ()
) -> AsyncIterator[list[RunningFederation]]:
    """Runs one co-op per name; those in `unreachable` have no inbound port."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running_federation(infrastructure, name, reachable=name not in unreachable)) for name in names
        ]


@asynccontextmanager
async def running_federation(infrastructure: Infrastructure, name: str, *, reachable: bool = True) -> AsyncIterator[RunningFederation]:
    port, root = find_free_port(), Ed25519PrivateKey.generate()
    root_file = infrastructure.keys_folder.parent / f"root-{name}-{port}.pem"
    root_file.write_bytes(root.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    address = f"127.0.0.1:{port}" if reachable else ""
    settings: dict[str, object] = {
        "co_op_id": name,
        "co_op_name": name.replace("-", " ").title(),
        "root_key_file": root_file,
        "seal_key_file": infrastructure.keys_folder / "federation/seal.key",
        "anchor_file": root_file.with_suffix(".anchor"),
        "border_address": address,
        "endpoint": address,
        "governance_address": "unix:/nowhere.sock",
        "matching_address": "unix:/nowhere.sock",
    }
    async with running_co_op(infrastructure, "federation", federation=settings) as co_op:
        person = new_id()
        async with co_op.database_transaction("federation", owner=True) as connection:
            for hat in ("secretary", "operator"):
                await connection.execute("insert into worn_hat (person, hat, since) values ($1, $2, now())", person, hat)
        yield RunningFederation(name, co_op, port, root, root_file, person)


def count_peer_exchanges(peer: str = "") -> float:
    """The number of calls so far by all co-ops in this process: to every peer, whatever came of them, or those that reached this one."""
    samples = [sample for family in PEER_EXCHANGES.collect() for sample in family.samples if sample.name.endswith("_total")]
    return sum(sample.value for sample in samples if not peer or sample.labels == {"peer": peer, "outcome": "OK"})
