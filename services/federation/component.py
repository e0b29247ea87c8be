"""How federation is put together. The only wiring there is."""

import grpc

from kith.federation.v1.federation_pb2_grpc import add_EvidenceServiceServicer_to_server, add_FederationServiceServicer_to_server
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.access import hats
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from libs.messages.consumer import Reactions
from libs.rpc.client import channel
from libs.rpc.tls import Tls
from services.federation.border.bell import Bell
from services.federation.border.border import Border
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.vote_parts import VoteParts
from services.federation.commands import heed_peer
from services.federation.jobs import identity_kept, peers_silent
from services.federation.reactions import governance
from services.federation.rpc.evidence import EvidenceServicer
from services.federation.rpc.peering import FederationServicer
from services.federation.settings import Settings
from services.federation.storage.edge import Edge
from services.federation.storage.vault import Vault
from services.prepare import migrations_of


def builder(shared: Shared, settings: Settings) -> Build:
    """Gives the host what it needs to build federation in its house."""

    def build(house: House) -> Component:
        vault = Vault.of_file(settings.seal_key_file)
        edge = Edge(settings.co_op_id, settings.co_op_name, settings.endpoint, vault, settings.root_key_file)
        parts = VoteParts(house, settings.anchor_file, edge, Bell(), ClockWatch(house.clock))
        border = Border(house, edge, settings.border_address, parts.traffic, {**heed_peer.handlers(edge), **parts.heeds}, parts.signals)
        governance_channel = channel(settings.governance_address, Tls(shared.tls_folder, "federation") if shared.tls_folder else None)
        driver = parts.driver(VoteServiceStub(governance_channel))

        def register(server: grpc.aio.Server) -> None:
            add_FederationServiceServicer_to_server(FederationServicer(house.desk, edge, border), server)
            add_EvidenceServiceServicer_to_server(EvidenceServicer(house.desk, edge, parts.mirrors, parts.traffic), server)

        async def close() -> None:
            await governance_channel.close()

        return Component(
            name="federation",
            address=settings.address,
            migrations=migrations_of("federation"),
            register=register,
            # Whoever holds a card may look up its row here, without an account: nothing is shown but what stands on boards.
            open_methods=frozenset({"EvidenceService/LookUpBallot"}),
            reactions=(hats.reactions(), Reactions("governance", {**governance.HANDLERS, **parts.reactions}, governance.PROJECTIONS)),
            jobs=(identity_kept.job(edge), peers_silent.JOB),
            doors=(parts.recovery, border.listener),
            led=(border.sender.run, driver.run),
            close=close,
        )

    return build
