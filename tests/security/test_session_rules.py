"""The rules of sessions, sign-ins and passwords by themselves, without a server."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from kith.identity.v1.enums import CodeKind
from libs import callers
from libs.callers import tokens
from libs.observe import security_events
from libs.observe.metrics import SECURITY_EVENTS
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotSignedIn, TooMany, Unavailable
from services.identity.domain import password_attempts as pace
from services.identity.domain.password_attempts import Failures
from services.identity.domain.session import start_session
from services.identity.domain.sign_in_code import SignInCode, format_code, generate_code, parse_code
from services.identity.storage.passwords import MAX_PENDING, MAX_PENDING_FOR_CLIENT, Argon2Hasher
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.rate_limiter import RateLimiter
from services.web.pages.account_news import KINDS
from services.web.storage.news import NewsItem
from tests.unit.docs.markdown_text import ROOT
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import CODE, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

NEWS_ON_A_PAGE = 10
PART = {"part": "security"}
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_a_token_of_an_ended_session_is_refused_and_those_of_others_are_not() -> None:
    key, now = Ed25519PrivateKey.generate(), datetime.now(UTC)
    ended, other = (callers.person(uuid4(), session=uuid4()) for _ in range(2))
    verifier = tokens.TokenVerifier(key.public_key())
    of_ended, of_other = (tokens.issue_token(key, caller, now) for caller in (ended, other))
    assert (verifier.read(of_ended, now), verifier.read(of_other, now)) == (ended, other)
    assert ended.session is not None
    verifier.end_session(ended.session)
    with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
        verifier.read(of_ended, now)
    assert verifier.read(of_other, now) == other


@pytest.mark.parametrize(
    "wrap", ["{}.", "({})", "<{}>", "{},", "\u201c{}\u201d", "**{}**", "https://elm-row.example/sign-in/{}.", " {}); "]
)
def test_a_code_is_read_without_what_was_glued_to_it(wrap: str) -> None:
    code = generate_code()
    assert parse_code(wrap.format(code)) == code


def test_a_code_made_of_bits_has_all_80_of_them() -> None:
    assert format_code(b"\xff" * 10) == "Z" * 16
    assert format_code(bytes(9) + b"\x01" + b"\xff" * 22) == "1" + "0" * 15


def test_the_same_browser_gets_its_session_again_for_a_minute_only() -> None:
    session = uuid4()
    code = SignInCode(uuid4(), uuid4(), CodeKind.LINK, NOW + timedelta(hours=1), NOW, None, b"own", session)
    assert code.repeats_session(b"own", NOW + 59 * SECOND) == session
    assert code.repeats_session(b"own", NOW + MINUTE) is None
    assert code.repeats_session(b"another", NOW) is None


@pytest.mark.parametrize(
    ("strength", "minutes", "fresh"), [("card", 14, True), ("card", 15, False), ("link", 0, False), ("password", 0, False)]
)
def test_only_a_card_of_a_moment_ago_stands_in_for_the_old_password(strength: str, minutes: int, fresh: bool) -> None:  # noqa: FBT001 - a table
    assert start_session(uuid4(), uuid4(), strength, b"", NOW).is_fresh(NOW + minutes * MINUTE) is fresh


def test_waits_grow_and_end() -> None:
    none = Failures(0, None)

    def wait(count: int) -> timedelta:
        return pace.wait_of_stranger(account_and_client=Failures(count, NOW), account=none, client=none, now=NOW)

    assert [wait(count) for count in (4, 5, 6, 7, 100)] == [timedelta(), SECOND, 2 * SECOND, 4 * SECOND, MINUTE]
    many = Failures(10_000, NOW)
    assert pace.wait_of_stranger(account_and_client=none, account=many, client=many, now=NOW) == 8 * SECOND
    assert pace.wait_of_stranger(account_and_client=none, account=many, client=many, now=NOW + 9 * SECOND) <= timedelta()
    assert pace.wait_of_known_browser(Failures(49, NOW), NOW) == timedelta()


def test_the_queue_of_passwords_is_short_and_one_client_does_not_fill_it() -> None:
    hasher = Argon2Hasher()
    assert _reserved(lambda: hasher.reserve(b"one client")) == MAX_PENDING_FOR_CLIENT
    assert _reserved(hasher.reserve) == MAX_PENDING
    with hasher.reserve():
        pass


def _reserved(reserve: Callable[[], object]) -> int:
    """How many places there are at once; all are given back."""
    with ExitStack() as places:
        for number in range(100):
            try:
                places.enter_context(reserve())  # type: ignore[arg-type]  # a context manager
            except TooMany:
                return number
    return 100


async def test_a_token_is_used_again_only_while_we_hear_identity_or_identity_is_away() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    [session] = fakes.sessions.sessions.values()
    hears = True
    cache = AccessTokenCache(fakes.app_state().services, fakes.sessions, lambda: hears)
    asked = len(fakes.identity.requests)
    for hears, calls in ((True, 1), (True, 1), (False, 2), (False, 3), (True, 3)):  # noqa: B007 - the cache reads it
        await cache.get(session, "", NOW)
        assert len(fakes.identity.requests) - asked == calls
    hears = False
    fakes.identity.refusals["RenewToken"] = Unavailable("SERVICE_AWAY")
    assert await cache.get(session, "", NOW)
    fakes.identity.refusals["RenewToken"] = NotSignedIn("SESSION_ENDED")
    with pytest.raises(NotSignedIn):
        await cache.get(session, "", NOW)
    assert browser.page


@pytest.mark.parametrize("easy", [False, True])
def test_each_piece_of_news_about_an_account_says_what_happened_and_whom_to_ring(easy: bool) -> None:  # noqa: FBT001 - a table
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    if easy:
        browser.http.cookies.set("kith-comfort", "easy")
    words = {"code_issued": ("card", "link"), "sessions_ended": ("chosen", "everywhere", "membership")}
    items = [NewsItem(kind, "", word, NOW) for kind in sorted(KINDS) for word in words.get(kind, ("",))]
    page = ""
    for first in range(0, len(items), NEWS_ON_A_PAGE):
        fakes.news.happened = items[first : first + NEWS_ON_A_PAGE]
        page += browser.open("/news")
    assert page.count('class="card"') == len(items)
    assert page.count("Your door key") == len(items)


def test_every_security_event_is_documented() -> None:
    page = (ROOT / "docs/security-events.md").read_text(encoding="utf-8").split("## The kinds")[1]
    assert sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == sorted(SecurityEvent)


def test_an_attack_fills_no_disk_with_security_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_events, "_LIMIT", security_events._LineLimit())
    before = SECURITY_EVENTS.labels("form_refused")._value.get()
    with capture_logs() as lines:
        for _ in range(1000):
            report_security_event(SecurityEvent.FORM_REFUSED, by="")
    assert lines == [{"event": "security_event", "kind": "form_refused", "log_level": "warning"} | PART] * security_events.MOST_LINES
    assert SECURITY_EVENTS.labels("form_refused")._value.get() - before == 1000


def test_the_browser_is_named_to_identity_by_a_hash_that_outlives_the_session() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    secret = browser.http.cookies["kith-visitor"]
    [first] = [request for request in fakes.identity.requests if hasattr(request, "browser")]
    assert len(first.browser) == 64
    assert secret not in first.browser
    browser.open("/you")
    browser.submit("/sign-out")
    browser.open("/sign-in")
    browser.submit("/sign-in/code", code=CODE)
    assert [request.browser for request in fakes.identity.requests if hasattr(request, "browser")] == [first.browser] * 2


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    """A customer of IPv6 has as many addresses as they like, all in one network."""
    limiter, now = RateLimiter(limit=3), datetime(2026, 11, 28, tzinfo=UTC)
    assert [limiter.allow(f"2001:db8:0:1::{number:x}", now) for number in range(5)] == [True, True, True, False, False]
    assert limiter.allow("2001:db8:0:2::1", now)
    assert [limiter.allow(f"192.0.2.{number}", now) for number in range(5)] == [True] * 5
