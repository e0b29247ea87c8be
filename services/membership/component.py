"""Wiring of the membership service."""

from pathlib import Path
from zoneinfo import ZoneInfo

from kith.membership.v1 import membership_pb2_grpc
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.settings import SharedSettings
from services.membership.reactions import governance, identity
from services.membership.rpc.servicer import MembershipServicer
from services.membership.settings import Settings


def component_builder(_shared: SharedSettings, settings: Settings) -> BuildComponent:
    zone = ZoneInfo(settings.zone)

    def build(runtime: Runtime) -> Component:
        servicer = MembershipServicer(runtime.transactions, zone)
        return Component(
            name="membership",
            address=settings.address,
            migrations=Path(__file__).parent / "storage" / "migrations",
            register=lambda server: membership_pb2_grpc.add_MembershipServiceServicer_to_server(servicer, server),
            reactions=(identity.REACTIONS, governance.reactions(zone)),
        )

    return build
