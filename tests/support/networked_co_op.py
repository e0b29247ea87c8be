"""One co-op of a network of tests: its process, databases, keys and clock, and what its secretary asks of federation."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from kith.federation.v1 import federation_pb2 as federation
from kith.federation.v1.federation_pb2_grpc import EvidenceServiceStub, FederationServiceStub
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.database.engine import new_id
from libs.host.process import Process
from libs.host.settings import SharedSettings
from libs.rpc.client import call_service
from services.topology import find_service
from tests.support.member_assembly import MemberAssembly
from tests.support.nats_accounts import NatsAccount
from tests.support.running_co_op import RunningCoOp

SERVICES = ("governance", "federation")
PLACES = Path(__file__).parents[2] / "examples/places/postcodes.csv"


@dataclass
class DataSnapshot:
    """A copy of a co-op's data: its databases and its anchor file."""

    databases: dict[str, object]
    anchor: bytes | None


@dataclass
class NetworkedCoOp:
    """One co-op of the network. Tests can stop, kill and restart it and restore its data."""

    id: str
    co_op: RunningCoOp
    folder: Path
    port: int
    """The port of its border; 0 = no inbound port."""
    services: tuple[str, ...] = SERVICES
    secretary: UUID = field(default_factory=new_id)
    scrutineers: tuple[UUID, UUID] = field(default_factory=lambda: (new_id(), new_id()))
    assembly: MemberAssembly = field(init=False)
    clock_shift: int = 0
    running: bool = False
    unused_accounts: list[NatsAccount] = field(default_factory=list)
    """NATS accounts that have carried no message yet."""

    @property
    def members(self) -> Mapping[str, list[UUID]]:
        return self.assembly.members

    @property
    def voters(self) -> list[UUID]:
        """All members who may vote."""
        return [*self.members["user"], *self.members["worker"]]

    @property
    def votes(self) -> VoteServiceStub:
        return self.co_op.stub(VoteServiceStub)

    @property
    def evidence(self) -> EvidenceServiceStub:
        return self.co_op.stub(EvidenceServiceStub)

    @property
    def peering(self) -> FederationServiceStub:
        return self.co_op.stub(FederationServiceStub)

    @property
    def secretary_token(self) -> str:
        return self.co_op.token(self.secretary, hat="secretary")

    @property
    def anchor(self) -> Path:
        return self.folder / "anchor"

    @property
    def border(self) -> str:
        return f"127.0.0.1:{self.port}" if self.port else ""

    # --- running

    async def start(self) -> None:
        self.co_op.process = _make_process(self)
        await self.co_op.process.start()
        self.running = True

    async def stop(self) -> None:
        self.running = False
        await self.co_op.close()
        self.co_op._channels.clear()
        await self.co_op.process.stop()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def set_clock(self, seconds: int) -> None:
        """Sets how many seconds its clock is ahead of the machine's, with immediate effect."""
        self.clock_shift = seconds
        (self.folder / "clock").write_text(str(seconds), encoding="ascii")
        self.co_op.process.shift_clock(timedelta(seconds=seconds))

    def now(self) -> int:
        return int((datetime.now(UTC) + timedelta(seconds=self.clock_shift)).timestamp())

    # --- snapshots of its data

    async def take_snapshot(self, *services: str) -> DataSnapshot:
        """Copies these databases and the anchor. Stops the co-op for that and starts it again."""
        await self.stop()
        databases = {
            service: await self.co_op.infrastructure.databases.copy(self.co_op.databases[service]) for service in services or self.services
        }
        anchor = self.anchor.read_bytes() if self.anchor.exists() else None
        await self.start()
        return DataSnapshot(dict(databases), anchor)

    async def restore_snapshot(self, copy: DataSnapshot, *, with_anchor: bool) -> None:
        """Restores the data of the snapshot and starts the co-op again."""
        if self.running:
            await self.stop()
        for service, database in copy.databases.items():
            await self.co_op.infrastructure.databases.drop(self.co_op.databases[service])
            self.co_op.databases[service] = database  # type: ignore[assignment]  # it stands in for the database of before
        if set(copy.databases) == set(self.services):
            # NATS goes back with the rest: messages since the snapshot were never sent.
            self._use_new_nats_account()
        if with_anchor:
            self.anchor.unlink(missing_ok=True)
            if copy.anchor is not None:
                self.anchor.write_bytes(copy.anchor)
        await self.start()

    def _use_new_nats_account(self) -> None:
        account = self.unused_accounts.pop()
        infrastructure = self.co_op.infrastructure
        self.co_op.infrastructure = replace(infrastructure, servers=replace(infrastructure.servers, nats_user=account.user))

    # --- peering

    async def own_identity(self) -> federation.GetOwnIdentityResponse:
        """Waits until there is an identity document."""
        response = federation.GetOwnIdentityResponse()
        async with asyncio.timeout(60):
            while not response.document:
                response = await call_service(self.peering.GetOwnIdentity, federation.GetOwnIdentityRequest(), self.secretary_token)
                await asyncio.sleep(0.02)
        return response

    async def invitation(self) -> str:
        await self.own_identity()
        response: federation.InvitePeerResponse = await call_service(
            self.peering.InvitePeer, federation.InvitePeerRequest(), self.secretary_token
        )
        return response.invitation

    async def accept(self, invitation: str) -> federation.Peer:
        request = federation.AcceptPeerRequest(request_id=str(new_id()), invitation=invitation)
        response: federation.AcceptPeerResponse = await call_service(self.peering.AcceptPeer, request, self.secretary_token)
        return response.peer

    async def confirm(self, peer: str, code: str, decision: str) -> federation.Peer:
        request = federation.ConfirmPeerRequest(
            request_id=str(new_id()), peer=peer, code=code, contact="the office, 01632 960001", decision_id=decision, decision_number=1
        )
        response: federation.ConfirmPeerResponse = await call_service(self.peering.ConfirmPeer, request, self.secretary_token)
        return response.peer

    async def peer(self, co_op: str) -> federation.Peer:
        response: federation.GetPeerResponse = await call_service(
            self.peering.GetPeer, federation.GetPeerRequest(peer=co_op), self.secretary_token
        )
        return response.peer

    async def set_peer_port(self, peer: str, port: int) -> None:
        """Makes it reach the peer at this port of this machine, whatever the peer's identity document says."""
        async with self.co_op.database_transaction("federation", owner=True) as connection:
            await connection.execute("update peer set endpoint = $1 where id = $2", f"127.0.0.1:{port}", peer)


def _make_process(party: NetworkedCoOp) -> Process:
    keys, servers = party.folder / "keys", party.co_op.infrastructure.servers
    shared = SharedSettings(
        co_op=party.id,
        nats_url=servers.nats_url,
        nats_user=servers.nats_user,
        nats_password_file=party.folder / "nats-password",
        token_key_file=keys / "token.pub.pem",
        operations_address="127.0.0.1:0",
        clock_file=party.folder / "clock",
    )
    settings: dict[str, dict[str, object]] = {
        "governance": {"co_op_id": party.id},
        "federation": {
            "co_op_id": party.id,
            "co_op_name": party.id.title(),
            "root_key_file": keys / "federation/root.pem",
            "seal_key_file": keys / "federation/seal.key",
            "anchor_file": party.anchor,
            "border_address": party.border,
            "endpoint": party.border,
            "governance_address": party.co_op.address("governance"),
            "matching_address": party.co_op.address("matching"),
        },
        "matching": {"places_file": PLACES},
    }
    parts = []
    for service in party.services:
        own = settings[service]
        database = party.co_op.databases[service]
        settings_of_service = find_service(service).make_settings(
            address=party.co_op.address(service), database_url=database.run_url, pool_size=3, **own
        )
        parts.append(find_service(service).part(shared, settings_of_service))
    return Process(shared, parts, party.id)
