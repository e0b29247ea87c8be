"""The front: what every page has at hand. Made once, when the service starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from jinja2 import Environment

from libs.clock import Clock
from services.web.asking import Services
from services.web.door.cookies import Cookies
from services.web.door.gently import Gently
from services.web.door.sessions import Sessions
from services.web.door.tokens import Tokens
from services.web.news import News
from services.web.words.catalogue import EASY, PLAIN, Words


@dataclass(frozen=True)
class CoOp:
    """What a page says about the co-op and this software."""

    name: str
    phone: str
    zone: ZoneInfo
    source: str
    """Where the source of exactly this software can be had."""
    version: str


@dataclass(frozen=True)
class Front:
    """Everything a page may use."""

    co_op: CoOp
    services: Services
    sessions: Sessions
    news: News
    tokens: Tokens
    clock: Clock
    cookies: Cookies
    forms_key: bytes = field(repr=False)
    templates: Environment = field(repr=False)
    registers: Mapping[str, Words] = field(repr=False)
    look_ups: Gently = field(default_factory=Gently)

    def words(self, *, easy: bool) -> Words:
        """The register somebody reads."""
        return self.registers[EASY if easy else PLAIN]
