"""Everything about votes at the border, put together once for a process."""

from collections.abc import Mapping
from pathlib import Path

from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.database.engine import Work
from libs.host.component import House
from libs.messages.consumer import Handler
from libs.signing.canonical import Json
from services.federation.border.bell import Bell
from services.federation.border.board_traffic import BoardTraffic
from services.federation.border.border import Signals
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.driver import Driver
from services.federation.border.recovery import Recovery
from services.federation.commands import gather_keys
from services.federation.commands.heed_peer import Heed
from services.federation.reactions.votes import VoteReactions
from services.federation.storage.anchor import Anchor
from services.federation.storage.edge import Edge
from services.federation.storage.mirrors import Mirrors


class VoteParts:
    """`traffic` goes into every exchange, `heeds` into its letters; `reactions` follow governance, `recovery` is a door, `driver` led."""

    def __init__(self, house: House, anchor_file: Path, edge: Edge, bell: Bell, watch: ClockWatch) -> None:
        self._house = house
        self._edge = edge
        self._bell = bell
        self.mirrors = Mirrors()
        anchor = Anchor(anchor_file)
        self.recovery = Recovery(edge.co_op, house.database, house.clock, anchor)
        self.traffic = BoardTraffic(edge.co_op, house.database, house.clock, edge.vault, anchor, self.mirrors, watch, self.recovery)
        self.signals = Signals(bell, watch, self.recovering)

    def recovering(self) -> bool:
        return self.recovery.going_on

    @property
    def heeds(self) -> Mapping[str, Heed]:
        """By the letter's kind."""
        vault, us = self._edge.vault, self._edge.co_op

        async def keys_wanted(work: Work, peer: str, payload: Mapping[str, Json]) -> None:
            await gather_keys.take_keys_wanted(work, vault, peer, payload)

        async def terms(work: Work, peer: str, payload: Mapping[str, Json]) -> None:
            await gather_keys.take_terms(work, vault, us, peer, payload)

        async def identity(work: Work, _: str, payload: Mapping[str, Json]) -> None:
            await gather_keys.take_identity(work, payload)

        return {
            gather_keys.KEYS_WANTED: keys_wanted,
            gather_keys.KEYS: gather_keys.take_keys,
            gather_keys.TERMS: terms,
            gather_keys.IDENTITY: identity,
        }

    @property
    def reactions(self) -> dict[str, Handler]:
        return VoteReactions(self._edge.co_op, self._edge.vault, self.recovering).handlers()

    def driver(self, governance: VoteServiceStub) -> Driver:
        return Driver(
            self._edge.co_op,
            self._house.database,
            self._house.clock,
            self._edge.vault,
            self.mirrors,
            self.traffic,
            self.recovery,
            governance,
            self._bell,
        )
