"""Membership, put together."""

from pathlib import Path
from zoneinfo import ZoneInfo

from kith.membership.v1 import membership_pb2_grpc
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from services.membership.reactions import governance, identity
from services.membership.rpc.servicer import Servicer
from services.membership.settings import Settings


def builder(_shared: Shared, settings: Settings) -> Build:
    zone = ZoneInfo(settings.zone)

    def build(house: House) -> Component:
        servicer = Servicer(house.desk, zone)
        return Component(
            name="membership",
            address=settings.address,
            migrations=Path(__file__).parent / "storage" / "migrations",
            register=lambda server: membership_pb2_grpc.add_MembershipServiceServicer_to_server(servicer, server),
            reactions=(identity.REACTIONS, governance.reactions(zone)),
        )

    return build
