"""Several co-ops of which only federation runs, on one PostgreSQL: they meet at real borders with real certificates.

async with federations(kith, "elm-row", "mill-lane") as (elm, mill):
    await pair(elm, mill)
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1.federation_pb2_grpc import FederationServiceStub
from libs.boards import identity
from libs.database.engine import new_id
from libs.host.backing.nats import free_port
from libs.observe.metrics import PEER_EXCHANGES
from libs.rpc.client import ask
from libs.signing import statement
from tests.support.running import CoOp, Kith, running


@dataclass
class Federation:
    """One co-op's federation, with a secretary and an operator to ask it as."""

    id: str
    co_op: CoOp
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
        """The root's, over an identity document's body."""
        return statement.sign(self.root, identity.KIND, body)

    async def decided(self, *, passed: bool = True) -> str:
        """A decision of theirs, as governance's facts leave it; its id."""
        decision = new_id()
        async with self.co_op.rows("federation", owner=True) as connection:
            await connection.execute("insert into decision (id, passed, at) values ($1, $2, now())", decision, passed)
        return str(decision)

    async def own(self) -> pb.GetOwnIdentityResponse:
        """Waits until there is an identity document."""
        found = pb.GetOwnIdentityResponse()
        async with asyncio.timeout(15):
            while not found.document:
                found = await ask(self.stub.GetOwnIdentity, pb.GetOwnIdentityRequest(), self.token)
                await asyncio.sleep(0.05)
        return found

    async def invitation(self) -> str:
        await self.own()
        answer: pb.InvitePeerResponse = await ask(self.stub.InvitePeer, pb.InvitePeerRequest(), self.token)
        return answer.invitation

    async def accept(self, invitation: str) -> pb.AcceptPeerResponse:
        return await ask(self.stub.AcceptPeer, pb.AcceptPeerRequest(request_id=str(new_id()), invitation=invitation), self.token)

    async def confirm(self, peer: str, code: str, *, decided: bool = True, decision: str = "") -> pb.Peer:
        asked = pb.ConfirmPeerRequest(request_id=str(new_id()), peer=peer, code=code, contact=f"secretary of {self.id}, 01632 960001")
        if decided:
            asked.decision_id, asked.decision_number = decision or await self.decided(), 3
        answer: pb.ConfirmPeerResponse = await ask(self.stub.ConfirmPeer, asked, self.token)
        return answer.peer

    async def peer(self, co_op: str) -> pb.Peer:
        answer: pb.GetPeerResponse = await ask(self.stub.GetPeer, pb.GetPeerRequest(peer=co_op), self.token)
        return answer.peer

    async def until(self, co_op: str, so: Callable[[pb.Peer], bool], seconds: float = 15.0) -> pb.Peer:
        """Waits until the peer is so."""
        found = await self.peer(co_op)
        async with asyncio.timeout(seconds):
            while not so(found):
                await asyncio.sleep(0.1)
                found = await self.peer(co_op)
        return found

    async def until_state(self, co_op: str, state: pb.PeerState.ValueType, seconds: float = 15.0) -> pb.Peer:
        return await self.until(co_op, lambda found: found.state == state, seconds)


async def pair(first: Federation, second: Federation) -> None:
    """The whole way of people: invitations carried, codes compared, both decide."""
    code = (await second.accept(await first.invitation())).peer.code
    await first.accept(await second.invitation())
    await asyncio.gather(first.confirm(second.id, code), second.confirm(first.id, code))
    await first.until_state(second.id, pb.PEER_STATE_ACTIVE)
    await second.until_state(first.id, pb.PEER_STATE_ACTIVE)


@asynccontextmanager
async def federations(kith: Kith, *names: str, unreachable: tuple[str, ...] = ()) -> AsyncIterator[list[Federation]]:
    """One for each name; those in `unreachable` have no inbound port."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(federation(kith, name, reachable=name not in unreachable)) for name in names]


@asynccontextmanager
async def federation(kith: Kith, name: str, *, reachable: bool = True) -> AsyncIterator[Federation]:
    port, root = free_port(), Ed25519PrivateKey.generate()
    place = kith.keys_folder.parent / f"root-{name}-{port}.pem"
    place.write_bytes(root.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    address = f"127.0.0.1:{port}" if reachable else ""
    settings: dict[str, object] = {
        "co_op_id": name,
        "co_op_name": name.replace("-", " ").title(),
        "root_key_file": place,
        "seal_key_file": kith.keys_folder / "federation/seal.key",
        "anchor_file": place.with_suffix(".anchor"),
        "border_address": address,
        "endpoint": address,
        "governance_address": "unix:/nowhere.sock",
    }
    async with running(kith, "federation", federation=settings) as co_op:
        person = new_id()
        async with co_op.rows("federation", owner=True) as connection:
            for hat in ("secretary", "operator"):
                await connection.execute("insert into worn_hat (person, hat, since) values ($1, $2, now())", person, hat)
        yield Federation(name, co_op, port, root, place, person)


def exchanges() -> float:
    """Those that went well so far, of all co-ops in this process."""
    return sum(one.value for family in PEER_EXCHANGES.collect() for one in family.samples if one.name.endswith("_total"))


async def eventually(so: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not await so():
            await asyncio.sleep(0.1)
