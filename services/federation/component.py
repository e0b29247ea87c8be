"""Builds federation from its parts. The only wiring."""

import grpc

from kith.federation.v1.federation_pb2_grpc import add_EvidenceServiceServicer_to_server, add_FederationServiceServicer_to_server
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.access import hats
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.settings import SharedSettings
from libs.messages.consumer import Reactions
from libs.rpc.client import open_channel
from libs.rpc.tls import TlsCredentials
from services.database_setup import migrations_folder
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.peer_events import PeerEvents
from services.federation.border.peer_gateway import PeerGateway
from services.federation.border.vote_components import VoteComponents
from services.federation.commands import handle_peering_messages
from services.federation.jobs import mark_unreachable_peers, renew_identity
from services.federation.reactions import governance
from services.federation.rpc.evidence_servicer import EvidenceServicer
from services.federation.rpc.federation_servicer import FederationServicer
from services.federation.settings import Settings
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.local_identity import LocalIdentity


def component_builder(shared: SharedSettings, settings: Settings) -> BuildComponent:
    """Returns the function with which the host builds federation."""

    def build(runtime: Runtime) -> Component:
        cipher = KeyCipher.from_file(settings.seal_key_file)
        local_identity = LocalIdentity(settings.co_op_id, settings.co_op_name, settings.endpoint, cipher, settings.root_key_file)
        vote_components = VoteComponents(runtime, settings.anchor_file, local_identity, PeerEvents(), ClockSkewMonitor(runtime.clock))
        gateway = PeerGateway(
            runtime,
            local_identity,
            settings.border_address,
            vote_components.board_sync,
            {**handle_peering_messages.peering_handlers(local_identity), **vote_components.message_handlers},
            vote_components.process_status,
        )
        governance_channel = open_channel(
            settings.governance_address, TlsCredentials(shared.tls_folder, "federation") if shared.tls_folder else None
        )
        vote_scheduler = vote_components.build_vote_scheduler(VoteServiceStub(governance_channel))

        def register(server: grpc.aio.Server) -> None:
            add_FederationServiceServicer_to_server(FederationServicer(runtime.transactions, local_identity, gateway), server)
            add_EvidenceServiceServicer_to_server(
                EvidenceServicer(runtime.transactions, local_identity, vote_components.board_cache, vote_components.board_sync), server
            )

        async def close() -> None:
            await governance_channel.close()

        return Component(
            name="federation",
            address=settings.address,
            migrations=migrations_folder("federation"),
            register=register,
            # Anybody with a card may look up its row without an account: the answer shows only what is on boards.
            open_methods=frozenset({"EvidenceService/LookUpBallot"}),
            reactions=(
                hats.reactions(),
                Reactions("governance", {**governance.HANDLERS, **vote_components.reactions}, governance.PROJECTIONS),
            ),
            jobs=(renew_identity.build_job(local_identity), mark_unreachable_peers.JOB),
            listeners=(vote_components.recovery, gateway.listener),
            leader_tasks=(gateway.call_scheduler.run, vote_scheduler.run),
            close=close,
        )

    return build
