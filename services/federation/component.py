"""Builds federation from its parts. The only wiring."""

from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from kith.matching.v1.asks_pb2_grpc import AskServiceStub
from libs.access import hats
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.settings import SharedSettings
from libs.messages.reactions import Reactions
from libs.rpc.client import open_channel
from libs.rpc.tls import TlsCredentials
from services.database_setup import migrations_folder
from services.federation.border.ask_courier import AskCourier
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.board_sync import BoardSync
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.peer_call_scheduler import PeerCallScheduler
from services.federation.border.peer_events import PeerEvents
from services.federation.border.peer_exchanger import PeerExchanger
from services.federation.border.peer_listener import PeerListener
from services.federation.border.peer_prober import PeerProber
from services.federation.border.peer_servicer import PeerServicer
from services.federation.border.vote_protocol import VoteProtocol
from services.federation.border.vote_scheduler import VoteScheduler
from services.federation.commands.handle_ask_messages import ASK_HANDLERS
from services.federation.commands.handle_peering_messages import peering_handlers
from services.federation.commands.handle_vote_messages import vote_handlers
from services.federation.jobs import forget_asks, mark_unreachable_peers, renew_identity
from services.federation.reactions import governance, matching
from services.federation.reactions.votes import VoteReactions
from services.federation.rpc.evidence_servicer import evidence_service
from services.federation.rpc.servicer import federation_service
from services.federation.settings import Settings
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.identity_anchor import IdentityAnchor
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.local_identity import LocalIdentity


def component_builder(shared: SharedSettings, settings: Settings) -> BuildComponent:
    """Returns the function with which the host builds federation."""

    def build(runtime: Runtime) -> Component:
        database, clock, us = runtime.database, runtime.clock, settings.co_op_id
        anchor = AnchorFile(settings.anchor_file)
        identity_anchor = IdentityAnchor(anchor, us)
        local_identity = LocalIdentity(
            us,
            settings.co_op_name,
            settings.endpoint,
            KeyCipher.from_file(settings.seal_key_file),
            settings.root_key_file,
            identity_anchor,
        )
        # State that the parts of one process share: wake-up signals, and whether our clock and database can be trusted.
        peer_events, clock_monitor, board_cache = PeerEvents(database.wakeups), ClockSkewMonitor(clock), BoardCache()
        recovery = BoardRecovery(us, database, clock, anchor)

        board_sync = BoardSync(local_identity, database, clock, anchor, board_cache, clock_monitor, recovery)
        handlers = {**peering_handlers(local_identity), **vote_handlers(local_identity), **ASK_HANDLERS}
        exchanger = PeerExchanger(local_identity, database, clock, board_sync, handlers, clock_monitor, peer_events)
        prober = PeerProber(local_identity, database, clock)
        listener = PeerListener(local_identity, settings.border_address, database, clock, PeerServicer(exchanger, prober))
        call_scheduler = PeerCallScheduler(database, clock, exchanger, peer_events)

        tls = TlsCredentials(shared.tls_folder, "federation") if shared.tls_folder else None
        governance_channel = open_channel(settings.governance_address, tls)
        matching_channel = open_channel(settings.matching_address, tls)
        own_tokens = ServiceTokenIssuer(shared.certificates_folder, "federation", clock.now)
        protocol = VoteProtocol(
            local_identity, database, clock, board_cache, board_sync, VoteServiceStub(governance_channel), own_tokens.token, peer_events
        )
        vote_scheduler = VoteScheduler(us, database, clock, recovery, protocol, peer_events)
        ask_courier = AskCourier(database, clock, AskServiceStub(matching_channel), own_tokens.token, peer_events)

        async def close() -> None:
            await governance_channel.close()
            await matching_channel.close()

        vote_reactions = VoteReactions(us, local_identity.cipher, lambda: recovery.is_active)
        return Component(
            name="federation",
            address=settings.address,
            migrations=migrations_folder("federation"),
            services=(
                federation_service(
                    runtime.transactions,
                    local_identity,
                    is_recovering=lambda: recovery.is_active,
                    is_clock_doubtful=lambda: clock_monitor.is_doubtful,
                    probe=prober.check_peer,
                ),
                evidence_service(runtime.transactions, local_identity, board_cache, board_sync),
            ),
            reactions=(
                hats.reactions(),
                Reactions("governance", {**governance.HANDLERS, **vote_reactions.handlers()}, governance.PROJECTIONS),
                matching.REACTIONS,
            ),
            jobs=(renew_identity.build_job(local_identity, identity_anchor), mark_unreachable_peers.JOB, forget_asks.JOB),
            listeners=(recovery, listener),
            leader_tasks=(call_scheduler.run, vote_scheduler.run, ask_courier.run),
            reasons=lambda: [
                reason for reason, holds in (("RECOVERING", recovery.has_boards), ("IDENTITY_OLD", identity_anchor.is_old)) if holds
            ],
            close=close,
        )

    return build
