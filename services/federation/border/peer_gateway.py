"""Builds everything that talks to other co-ops, once for a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from libs.host.component import Runtime
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.peer_call_scheduler import PeerCallScheduler
from services.federation.border.peer_events import PeerEvents
from services.federation.border.peer_exchanger import PeerExchanger
from services.federation.border.peer_listener import PeerListener
from services.federation.border.peer_prober import PeerProber, ProbeResult
from services.federation.border.peer_servicer import PeerServicer
from services.federation.border.vote_sync import VoteSync
from services.federation.commands.handle_peering_messages import MessageHandler
from services.federation.storage.local_identity import LocalIdentity


@dataclass(frozen=True)
class ProcessStatus:
    """State that the parts of one process share: wake-up signals, and whether our clock and database can be trusted."""

    peer_events: PeerEvents
    clock_monitor: ClockSkewMonitor
    is_recovering: Callable[[], bool]


class PeerGateway:
    """The connection to peers: the host starts `listener`, the leader runs `call_scheduler`, FederationService uses the rest."""

    def __init__(
        self,
        runtime: Runtime,
        local_identity: LocalIdentity,
        address: str,
        vote_sync: VoteSync,
        message_handlers: Mapping[str, MessageHandler],
        status: ProcessStatus,
    ) -> None:
        self._status = status
        self._prober = PeerProber(local_identity, runtime.database, runtime.clock)
        exchanger = PeerExchanger(
            local_identity, runtime.database, runtime.clock, vote_sync, message_handlers, status.clock_monitor, status.peer_events
        )
        self.call_scheduler = PeerCallScheduler(runtime.database, runtime.clock, exchanger, status.peer_events)
        self.listener = PeerListener(local_identity, address, runtime.database, runtime.clock, PeerServicer(exchanger, self._prober))

    @property
    def is_clock_doubtful(self) -> bool:
        return self._status.clock_monitor.is_doubtful

    @property
    def is_recovering(self) -> bool:
        return self._status.is_recovering()

    def reconnect_peer(self, peer: str) -> None:
        """The peering changed: calls the peer now, whatever failed before."""
        self._status.peer_events.mark_reachable(peer)
        self._status.peer_events.notify(peer)
        self.listener.request_reload()

    def notify_all(self) -> None:
        """There is something for all peers."""
        self._status.peer_events.notify()

    async def check_peer(self, peer: str) -> list[ProbeResult]:
        return await self._prober.check_peer(peer)
