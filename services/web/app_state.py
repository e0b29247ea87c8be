"""Application state: everything that pages share, created once when the service starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from jinja2 import Environment

from libs.clock import Clock
from services.clients import ServiceClients
from services.web.first_step_store import FirstStepStore
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.cookies import Cookies
from services.web.http.kept_forms import FormOwners, KeptFormStore
from services.web.http.known_sessions import KnownSessions
from services.web.http.public_address import PublicAddress
from services.web.http.rate_limiter import RateLimiter
from services.web.http.sessions import SessionStore
from services.web.http.shared_rate import SharedRate
from services.web.http.source_archive import SourceArchive
from services.web.localisation.catalogue import EASY_READ, PLAIN_ENGLISH, Catalogue
from services.web.news_reader import NewsReader
from services.web.notices.notice_store import NoticeStore
from services.web.notices.rendering import NoticeRenderer

_SOURCE_BYTES_A_SECOND = 8_000_000
"""For all who download the source together: more than the line of most co-ops, and a few hundredths of a core."""

_FORMS_A_MINUTE = 120
"""Of one person: nobody fills in two forms a second, and a program that does has a minute's worth of them at most."""


@dataclass(frozen=True)
class CoOp:
    """What pages say about the co-op and this software."""

    name: str
    phone: str
    zone: ZoneInfo
    source: str
    """URL of the source of exactly this version."""
    version: str
    public_url: str
    """The address that members type, without a slash at its end."""
    quiet_minutes: int = 15
    """After so long without use a session on a device of others ends."""
    shared_session_minutes: int = 60
    """After so long it ends at the latest."""

    @property
    def is_local(self) -> bool:
        """Whether the address is this machine's own, so that nobody else can open it."""
        return self.address.is_local

    @cached_property
    def address(self) -> PublicAddress:
        """The parts of the address, which requests and forms are compared with."""
        return PublicAddress.parse(self.public_url)


@dataclass(frozen=True)
class AppState:
    """Clients, stores, settings and catalogues that a page may use."""

    co_op: CoOp
    services: ServiceClients
    sessions: SessionStore
    kept_forms: KeptFormStore
    news: NewsReader
    first_steps: FirstStepStore
    access_tokens: AccessTokenCache
    clock: Clock
    cookies: Cookies
    forms_key: bytes = field(repr=False)
    templates: Environment = field(repr=False)
    catalogues: Mapping[str, Catalogue] = field(repr=False)
    notices: NoticeStore
    renderer: NoticeRenderer
    service_token: Callable[[], str] = field(repr=False)
    """A token with which web calls as itself, for what nobody who is signed in asks for."""
    look_up_limiter: RateLimiter = field(default_factory=RateLimiter)
    source_archive: SourceArchive = field(default_factory=SourceArchive)
    source_rate: SharedRate = field(default_factory=lambda: SharedRate(_SOURCE_BYTES_A_SECOND))
    form_limiter: RateLimiter = field(default_factory=lambda: RateLimiter(_FORMS_A_MINUTE))
    """Forms of one person, in all their sessions."""
    known_sessions: KnownSessions = field(default_factory=KnownSessions)

    @cached_property
    def form_owners(self) -> FormOwners:
        """Makes and checks the marks of forms' owners."""
        return FormOwners(self.forms_key)

    def catalogue(self, *, easy: bool) -> Catalogue:
        """The catalogue in plain English or in Easy Read."""
        return self.catalogues[EASY_READ if easy else PLAIN_ENGLISH]
