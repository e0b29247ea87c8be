"""Builds the objects that handle federated votes, once for a process."""

from collections.abc import Mapping
from pathlib import Path

from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.database.engine import UnitOfWork
from libs.host.component import Runtime
from libs.messages.consumer import EventHandler
from libs.signing.canonical import Json
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.board_sync import BoardSync
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.peer_events import PeerEvents
from services.federation.border.peer_gateway import ProcessStatus
from services.federation.border.vote_protocol import VoteProtocol
from services.federation.border.vote_scheduler import VoteScheduler
from services.federation.commands import gather_vote_keys
from services.federation.commands.handle_peering_messages import MessageHandler
from services.federation.reactions.votes import VoteReactions
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.local_identity import LocalIdentity


class VoteComponents:
    """`board_sync` serves every exchange, `message_handlers` its messages; `reactions` follow governance; the host starts `recovery`."""

    def __init__(
        self, runtime: Runtime, anchor_file: Path, local_identity: LocalIdentity, peer_events: PeerEvents, clock_monitor: ClockSkewMonitor
    ) -> None:
        self._runtime = runtime
        self._local_identity = local_identity
        self._peer_events = peer_events
        self.board_cache = BoardCache()
        anchor = AnchorFile(anchor_file)
        self.recovery = BoardRecovery(local_identity.co_op, runtime.database, runtime.clock, anchor)
        self.board_sync = BoardSync(
            local_identity.co_op,
            runtime.database,
            runtime.clock,
            local_identity.cipher,
            anchor,
            self.board_cache,
            clock_monitor,
            self.recovery,
        )
        self.process_status = ProcessStatus(peer_events, clock_monitor, self.is_recovering)

    def is_recovering(self) -> bool:
        return self.recovery.is_active

    @property
    def message_handlers(self) -> Mapping[str, MessageHandler]:
        """By the message's kind."""
        cipher, us = self._local_identity.cipher, self._local_identity.co_op

        async def keys_request(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
            await gather_vote_keys.handle_keys_request(work, cipher, peer, payload)

        async def terms(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
            await gather_vote_keys.handle_terms(work, cipher, us, peer, payload)

        async def identity(work: UnitOfWork, _: str, payload: Mapping[str, Json]) -> None:
            await gather_vote_keys.handle_identity(work, payload)

        return {
            gather_vote_keys.KEYS_REQUEST: keys_request,
            gather_vote_keys.KEYS: gather_vote_keys.handle_vote_keys,
            gather_vote_keys.TERMS: terms,
            gather_vote_keys.IDENTITY: identity,
        }

    @property
    def reactions(self) -> dict[str, EventHandler]:
        return VoteReactions(self._local_identity.co_op, self._local_identity.cipher, self.is_recovering).handlers()

    def build_vote_scheduler(self, governance: VoteServiceStub) -> VoteScheduler:
        us, database, clock = self._local_identity.co_op, self._runtime.database, self._runtime.clock
        cipher, peer_events = self._local_identity.cipher, self._peer_events
        protocol = VoteProtocol(us, database, clock, cipher, self.board_cache, self.board_sync, governance, peer_events)
        return VoteScheduler(us, database, clock, self.recovery, protocol, peer_events)
