"""How web is put together. The only wiring there is."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import grpc

from kith.federation.v1.federation_pb2_grpc import EvidenceServiceStub, FederationServiceStub
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs.host.component import Build, Component, House, Page
from libs.host.release import VERSION
from libs.host.settings import Shared
from libs.rpc.client import channel
from libs.rpc.tls import Tls
from services.prepare import migrations_of
from services.web.app import build as build_app
from services.web.asking import Services
from services.web.door.cookies import Cookies
from services.web.door.kept_sessions import KeptSessions
from services.web.door.tokens import Tokens
from services.web.front import CoOp, Front
from services.web.jobs import forget_ended_sessions
from services.web.news import KeptNews
from services.web.reactions import federation, governance, identity
from services.web.settings import Settings
from services.web.templates import environment
from services.web.words.catalogue import read


def builder(shared: Shared, settings: Settings) -> Build:
    """Gives the host what it needs to build web in its house."""

    def build(house: House) -> Component:
        channels = _channels(shared, settings)
        sessions = KeptSessions(house.database, house.clock)
        services = _services(channels)
        front = Front(
            co_op=_co_op(settings),
            services=services,
            sessions=sessions,
            news=KeptNews(house.database, house.clock),
            tokens=Tokens(services, sessions),
            clock=house.clock,
            cookies=Cookies(_https(settings)),
            forms_key=_forms_key(settings.forms_key_file),
            templates=environment(),
            registers=read(),
        )

        async def close() -> None:
            await asyncio.gather(*(one.close() for one in channels.values()))

        return Component(
            name="web",
            address=settings.address,
            migrations=migrations_of("web"),
            register=lambda _: None,
            reactions=(identity.REACTIONS, governance.REACTIONS, federation.REACTIONS),
            jobs=(forget_ended_sessions.JOB,),
            page=Page(build_app(front, https=_https(settings)), settings.page_address),
            close=close,
        )

    return build


def _channels(shared: Shared, settings: Settings) -> dict[str, grpc.aio.Channel]:
    addresses = {
        "identity": settings.identity_address,
        "membership": settings.membership_address,
        "governance": settings.governance_address,
        "federation": settings.federation_address,
        "web": settings.address,
    }
    tls = Tls(shared.tls_folder, "web") if shared.tls_folder else None
    return {name: channel(address, tls) for name, address in addresses.items()}


def _services(channels: dict[str, grpc.aio.Channel]) -> Services:
    return Services(
        identity=IdentityServiceStub(channels["identity"]),
        membership=MembershipServiceStub(channels["membership"]),
        governance=GovernanceServiceStub(channels["governance"]),
        votes=VoteServiceStub(channels["governance"]),
        federation=FederationServiceStub(channels["federation"]),
        evidence=EvidenceServiceStub(channels["federation"]),
        statuses={name: StatusServiceStub(one) for name, one in channels.items()},
    )


def _co_op(settings: Settings) -> CoOp:
    return CoOp(settings.co_op_name, settings.phone, ZoneInfo(settings.zone), settings.source_url or "/source/kith.tar.gz", VERSION)


def _https(settings: Settings) -> bool:
    return urlsplit(settings.public_url).scheme == "https"


def _forms_key(file: Path) -> bytes:
    return bytes.fromhex(file.read_text(encoding="ascii").strip())
