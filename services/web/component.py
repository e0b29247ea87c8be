"""Wiring of the web service: builds its state, its clients and its pages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kith.identity.v1.helping_pb2 import EndQuietSessionsRequest, EndQuietSessionsResponse
from libs import callers
from libs.access.person_rights import person_rights_service
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.host.component import BuildComponent, Component, HttpRoute, Runtime
from libs.host.http_limits import HttpLimits
from libs.host.settings import SharedSettings
from libs.host.trusted_proxies import TrustedProxies
from libs.host.version import VERSION
from libs.rpc.client import open_channel
from libs.rpc.tls import TlsCredentials
from services.clients import ServiceClients
from services.database_setup import migrations_folder
from services.topology import SERVICE_NAMES
from services.web.app import create_app
from services.web.app_state import AppState, CoOp
from services.web.first_step_store import DatabaseFirstStepStore
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.cookies import Cookies
from services.web.http.database_kept_forms import DatabaseKeptFormStore
from services.web.http.database_sessions import DatabaseSessionStore
from services.web.jobs import forget_ended_sessions, forget_helped_pages, forget_kept_forms, forget_old_notices
from services.web.jobs.end_quiet_sessions import end_quiet_sessions_job
from services.web.localisation.catalogue import EASY_READ, PLAIN_ENGLISH, load_catalogues
from services.web.news_reader import DatabaseNewsReader
from services.web.notices.delivery import NoticeDelivery
from services.web.notices.notice_store import DatabaseNoticeStore
from services.web.notices.rendering import NoticeRenderer, NoticeSender
from services.web.notices.stop_links import StopLinks
from services.web.reactions import federation, governance, identity, matching, scheduling
from services.web.settings import Settings
from services.web.storage.news import HOST, add_older_copy
from services.web.storage.person_tables import PERSON_TABLES
from services.web.templates import create_environment


def component_builder(shared: SharedSettings, settings: Settings) -> BuildComponent:
    """The function with which the host builds the web component."""

    def build(runtime: Runtime) -> Component:
        sessions = DatabaseSessionStore(runtime.database, runtime.clock)

        def hears_identity() -> bool:
            consumer = runtime.consumers.get("identity")
            return consumer is not None and consumer.progress.is_current(datetime.now(UTC))

        async def tell_set_back(set_back: Mapping[str, tuple[int, int]]) -> None:
            async with runtime.database.work(callers.reaction(HOST), runtime.clock.now(), "tell_set_back") as work:
                await add_older_copy(work, set_back)

        services = _clients(shared, settings)
        own_tokens = ServiceTokenIssuer(shared.certificates_folder, "web", runtime.clock.now)

        async def end_quiet_sessions(ids: Sequence[str]) -> int:
            request = EndQuietSessionsRequest(session_ids=ids)
            response: EndQuietSessionsResponse = await services.call(services.helping.EndQuietSessions, request, own_tokens.token())
            return response.ended

        co_op, limits = _co_op(settings), _limits(settings)
        forms_key, catalogues = _forms_key(settings.forms_key_file), load_catalogues()
        renderer = NoticeRenderer(
            NoticeSender(settings.co_op_name, settings.phone, co_op.public_url, co_op.zone),
            {False: catalogues[PLAIN_ENGLISH], True: catalogues[EASY_READ]},
            StopLinks(forms_key),
        )
        delivery = NoticeDelivery(runtime.database, runtime.clock, services, own_tokens.token, renderer, settings.mail())
        state = AppState(
            co_op=co_op,
            services=services,
            sessions=sessions,
            kept_forms=DatabaseKeptFormStore(runtime.database, runtime.clock),
            news=DatabaseNewsReader(runtime.database, runtime.clock),
            first_steps=DatabaseFirstStepStore(runtime.database, runtime.clock),
            access_tokens=AccessTokenCache(services, sessions, hears_identity),
            clock=runtime.clock,
            cookies=Cookies(co_op.address.https, shared.co_op),
            forms_key=forms_key,
            templates=create_environment(),
            catalogues=catalogues,
            notices=DatabaseNoticeStore(runtime.database, runtime.clock),
            renderer=renderer,
            service_token=own_tokens.token,
        )

        return Component(
            name="web",
            address=settings.address,
            migrations=migrations_folder("web"),
            services=(person_rights_service(runtime.transactions, PERSON_TABLES, catch_up=runtime.catch_up_with("identity")),),
            reactions=(identity.REACTIONS, governance.REACTIONS, federation.REACTIONS, matching.REACTIONS, scheduling.REACTIONS),
            jobs=(
                forget_ended_sessions.JOB,
                forget_kept_forms.JOB,
                forget_old_notices.JOB,
                forget_helped_pages.JOB,
                end_quiet_sessions_job(end_quiet_sessions),
            ),
            leader_tasks=(delivery.run,),
            http_route=HttpRoute(create_app(state, https=co_op.address.https), settings.page_address, limits),
            reasons=lambda: ["PROXY_NOT_TRUSTED"] if limits.trusted_proxies.is_missing else [],
            tell_set_back=tell_set_back,
            close=services.close,
        )

    return build


def _clients(shared: SharedSettings, settings: Settings) -> ServiceClients:
    tls = TlsCredentials(shared.tls_folder, "web") if shared.tls_folder else None
    addresses = {"web": settings.address, **{name: getattr(settings, f"{name}_address") for name in SERVICE_NAMES if name != "web"}}
    return ServiceClients(lambda name: open_channel(addresses[name], tls))


def _co_op(settings: Settings) -> CoOp:
    source = settings.source_url or "/source/kith.tar.gz"
    return CoOp(
        settings.co_op_name,
        settings.phone,
        ZoneInfo(settings.zone),
        source,
        VERSION,
        settings.public_url.rstrip("/"),
        settings.quiet_minutes,
        settings.shared_session_minutes,
    )


def _limits(settings: Settings) -> HttpLimits:
    return HttpLimits(
        connections=settings.connections,
        connections_of_an_address=settings.connections_of_an_address,
        trusted_proxies=TrustedProxies(settings.trusted_proxies),
    )


def _forms_key(file: Path) -> bytes:
    return bytes.fromhex(file.read_text(encoding="ascii").strip())
