"""How federation is put together. The only wiring there is."""

from collections.abc import Sequence

import grpc

from kith.federation.v1.federation_pb2_grpc import add_FederationServiceServicer_to_server
from kith.peer.v1 import peer_pb2 as pb
from libs.access import hats
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from libs.messages.consumer import Reactions
from services.federation.border.bell import Bell
from services.federation.border.border import Border, Signals
from services.federation.border.clock_watch import ClockWatch
from services.federation.commands import heed_peer
from services.federation.jobs import identity_kept, peers_silent
from services.federation.reactions import governance
from services.federation.rpc.peering import FederationServicer
from services.federation.settings import Settings
from services.federation.storage.edge import Edge
from services.federation.storage.vault import Vault
from services.prepare import migrations_of


class _Quiet:
    """Holds no votes."""

    async def have(self, _: str) -> list[pb.VoteHave]:
        return []

    async def lacking(self, _: str, __: Sequence[pb.VoteHave]) -> tuple[list[pb.BoardPart], list[pb.VotePaper]]:
        return [], []

    async def take(self, _: str, __: Sequence[pb.BoardPart], ___: Sequence[pb.VotePaper]) -> bool:
        return False


def builder(_: Shared, settings: Settings) -> Build:
    """Gives the host what it needs to build federation in its house."""

    def build(house: House) -> Component:
        edge = Edge(
            settings.co_op_id, settings.co_op_name, settings.endpoint, Vault.of_file(settings.seal_key_file), settings.root_key_file
        )
        signals = Signals(Bell(), ClockWatch(house.clock), recovering=lambda: False)
        border = Border(house, edge, settings.border_address, _Quiet(), heed_peer.handlers(edge), signals)

        def register(server: grpc.aio.Server) -> None:
            add_FederationServiceServicer_to_server(FederationServicer(house.desk, edge, border), server)

        return Component(
            name="federation",
            address=settings.address,
            migrations=migrations_of("federation"),
            register=register,
            reactions=(hats.reactions(), Reactions("governance", governance.HANDLERS, governance.PROJECTIONS)),
            jobs=(identity_kept.job(edge), peers_silent.JOB),
            doors=(border.listener,),
            led=(border.sender.run,),
        )

    return build
