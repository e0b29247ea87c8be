"""How governance is put together. The only wiring there is."""

from zoneinfo import ZoneInfo

import grpc

from kith.governance.v1.governance_pb2_grpc import add_GovernanceServiceServicer_to_server
from kith.governance.v1.votes_pb2_grpc import add_VoteServiceServicer_to_server
from libs.access import hats
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from services.governance.jobs import close_due_motions
from services.governance.reactions import federation, membership
from services.governance.rpc.servicer import GovernanceServicer
from services.governance.rpc.votes import OPEN_METHODS, VoteServicer
from services.governance.settings import Settings
from services.prepare import migrations_of


def builder(_: Shared, settings: Settings) -> Build:
    """Gives the host what it needs to build governance in its house."""

    def build(house: House) -> Component:
        def register(server: grpc.aio.Server) -> None:
            zone = ZoneInfo(settings.zone)
            add_GovernanceServiceServicer_to_server(GovernanceServicer(house.desk, house.consumers, zone), server)
            add_VoteServiceServicer_to_server(VoteServicer(house.desk, house.consumers, zone, settings.co_op_id), server)

        return Component(
            name="governance",
            address=settings.address,
            migrations=migrations_of("governance"),
            register=register,
            # Federation is an edge without a person's token. Over TCP only edges' certificates pass, over a socket the folder guards.
            open_methods=OPEN_METHODS,
            reactions=(hats.reactions(), membership.REACTIONS, federation.REACTIONS),
            jobs=(close_due_motions.JOB,),
        )

    return build
