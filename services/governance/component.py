"""Wires governance together: settings, RPC services, reactions and jobs."""

from zoneinfo import ZoneInfo

import grpc

from kith.governance.v1.governance_pb2_grpc import add_GovernanceServiceServicer_to_server
from kith.governance.v1.votes_pb2_grpc import add_VoteServiceServicer_to_server
from libs.access import hats
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.settings import SharedSettings
from services.database_setup import migrations_folder
from services.governance.jobs import close_due_motions
from services.governance.reactions import federation, membership
from services.governance.rpc.servicer import GovernanceServicer
from services.governance.rpc.vote_servicer import OPEN_METHODS, VoteServicer
from services.governance.settings import Settings


def component_builder(_: SharedSettings, settings: Settings) -> BuildComponent:
    """Return the function with which the host builds governance in a runtime."""

    def build(runtime: Runtime) -> Component:
        def register(server: grpc.aio.Server) -> None:
            zone = ZoneInfo(settings.zone)
            add_GovernanceServiceServicer_to_server(GovernanceServicer(runtime.transactions, runtime.consumers, zone), server)
            add_VoteServiceServicer_to_server(VoteServicer(runtime.transactions, runtime.consumers, zone, settings.co_op_id), server)

        return Component(
            name="governance",
            address=settings.address,
            migrations=migrations_folder("governance"),
            register=register,
            # Federation is an edge without a person's token. Over TCP only edges' certificates pass, over a socket the folder guards.
            open_methods=OPEN_METHODS,
            reactions=(hats.reactions(), membership.REACTIONS, federation.REACTIONS),
            jobs=(close_due_motions.JOB,),
        )

    return build
