"""Wiring of the web service: builds its state, its clients and its pages."""

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
from libs.host.component import BuildComponent, Component, HttpRoute, Runtime
from libs.host.settings import SharedSettings
from libs.host.version import VERSION
from libs.rpc.client import open_channel
from libs.rpc.tls import TlsCredentials
from services.database_setup import migrations_folder
from services.web.app import create_app
from services.web.app_state import AppState, CoOp
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.cookies import Cookies
from services.web.http.database_sessions import DatabaseSessionStore
from services.web.jobs import forget_ended_sessions
from services.web.localisation.catalogue import load_catalogues
from services.web.news_feed import DatabaseNewsFeed
from services.web.reactions import federation, governance, identity
from services.web.service_clients import ServiceClients
from services.web.settings import Settings
from services.web.templates import create_environment


def component_builder(shared: SharedSettings, settings: Settings) -> BuildComponent:
    """The function with which the host builds the web component."""

    def build(runtime: Runtime) -> Component:
        channels = _channels(shared, settings)
        sessions = DatabaseSessionStore(runtime.database, runtime.clock)
        services = _services(channels)
        state = AppState(
            co_op=_co_op(settings),
            services=services,
            sessions=sessions,
            news=DatabaseNewsFeed(runtime.database, runtime.clock),
            access_tokens=AccessTokenCache(services, sessions),
            clock=runtime.clock,
            cookies=Cookies(_https(settings)),
            forms_key=_forms_key(settings.forms_key_file),
            templates=create_environment(),
            catalogues=load_catalogues(),
        )

        async def close() -> None:
            await asyncio.gather(*(channel.close() for channel in channels.values()))

        return Component(
            name="web",
            address=settings.address,
            migrations=migrations_folder("web"),
            register=lambda _: None,
            reactions=(identity.REACTIONS, governance.REACTIONS, federation.REACTIONS),
            jobs=(forget_ended_sessions.JOB,),
            http_route=HttpRoute(create_app(state, https=_https(settings)), settings.page_address),
            close=close,
        )

    return build


def _channels(shared: SharedSettings, settings: Settings) -> dict[str, grpc.aio.Channel]:
    addresses = {
        "identity": settings.identity_address,
        "membership": settings.membership_address,
        "governance": settings.governance_address,
        "federation": settings.federation_address,
        "web": settings.address,
    }
    tls = TlsCredentials(shared.tls_folder, "web") if shared.tls_folder else None
    return {name: open_channel(address, tls) for name, address in addresses.items()}


def _services(channels: dict[str, grpc.aio.Channel]) -> ServiceClients:
    return ServiceClients(
        identity=IdentityServiceStub(channels["identity"]),
        membership=MembershipServiceStub(channels["membership"]),
        governance=GovernanceServiceStub(channels["governance"]),
        votes=VoteServiceStub(channels["governance"]),
        federation=FederationServiceStub(channels["federation"]),
        evidence=EvidenceServiceStub(channels["federation"]),
        statuses={name: StatusServiceStub(channel) for name, channel in channels.items()},
    )


def _co_op(settings: Settings) -> CoOp:
    return CoOp(settings.co_op_name, settings.phone, ZoneInfo(settings.zone), settings.source_url or "/source/kith.tar.gz", VERSION)


def _https(settings: Settings) -> bool:
    return urlsplit(settings.public_url).scheme == "https"


def _forms_key(file: Path) -> bytes:
    return bytes.fromhex(file.read_text(encoding="ascii").strip())
