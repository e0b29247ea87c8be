"""How governance is put together. The only wiring there is."""

from zoneinfo import ZoneInfo

import grpc

from kith.governance.v1.governance_pb2_grpc import add_GovernanceServiceServicer_to_server
from libs.access import hats
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from services.governance.jobs import close_due_motions
from services.governance.reactions import membership
from services.governance.rpc.servicer import GovernanceServicer
from services.governance.settings import Settings
from services.prepare import migrations_of


def builder(_: Shared, settings: Settings) -> Build:
    """Gives the host what it needs to build governance in its house."""

    def build(house: House) -> Component:
        def register(server: grpc.aio.Server) -> None:
            servicer = GovernanceServicer(house.desk, house.consumers, ZoneInfo(settings.zone))
            add_GovernanceServiceServicer_to_server(servicer, server)

        return Component(
            name="governance",
            address=settings.address,
            migrations=migrations_of("governance"),
            register=register,
            reactions=(hats.reactions(), membership.REACTIONS),
            jobs=(close_due_motions.JOB,),
        )

    return build
