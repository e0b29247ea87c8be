"""Everything towards other co-ops, put together once for a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from libs.host.component import House
from services.federation.border.bell import Bell
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.exchange import Exchanger
from services.federation.border.listener import Listener
from services.federation.border.probe import Check, Prober
from services.federation.border.sender import Sender
from services.federation.border.servicer import PeerServicer
from services.federation.border.traffic import VoteTraffic
from services.federation.commands.heed_peer import Heed
from services.federation.storage.edge import Edge


@dataclass(frozen=True)
class Signals:
    """What the parts of one process tell each other: who is to be called, whether our clock and our memory can be believed."""

    bell: Bell
    watch: ClockWatch
    recovering: Callable[[], bool]


class Border:
    """`listener` is a door, `sender.run` is led, and FederationService asks the rest."""

    def __init__(self, house: House, edge: Edge, address: str, votes: VoteTraffic, heeds: Mapping[str, Heed], on: Signals) -> None:
        self._on = on
        self._prober = Prober(edge, house.database, house.clock)
        exchanger = Exchanger(edge, house.database, house.clock, votes, heeds, on.watch, on.bell)
        self.sender = Sender(house.database, house.clock, exchanger, on.bell)
        self.listener = Listener(edge, address, house.database, house.clock, PeerServicer(exchanger, self._prober))

    @property
    def clock_doubtful(self) -> bool:
        return self._on.watch.doubtful

    @property
    def recovering(self) -> bool:
        return self._on.recovering()

    def wake(self, peer: str) -> None:
        """Something changed with this peer: it is called now, whatever failed before."""
        self._on.bell.heard(peer)
        self._on.bell.nudge(peer)
        self.listener.look()

    def nudge(self) -> None:
        """Something waits for all of them."""
        self._on.bell.nudge()

    async def check(self, peer: str) -> list[Check]:
        return await self._prober.check(peer)
