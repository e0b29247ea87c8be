"""A session ends when it is ended: everywhere, within a second, and the person hears of it. One co-op for all of it."""

import asyncio
import io
import json
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import argon2
import asyncpg
import httpx2
import pytest
import pytest_asyncio
from google.protobuf.message import Message

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.host import leader_election
from libs.messages import outbox
from libs.observe import logs, security_events
from libs.refusals import AlreadyExists, Invalid, NotAllowed, NotSignedIn, Refusal, TooMany
from libs.rpc.client import Method, call_service
from services.clients import RequestT
from services.identity.storage.passwords import MAX_PENDING
from tests.support.free_ports import free_ports
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op
from tests.support.waiting import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")
GOOD, BETTER = "heron kettle lantern", "willow anvil seventeen"
CARD, LINK = pb.CODE_KIND_CARD, pb.CODE_KIND_LINK


@dataclass
class Assembly:
    """A running co-op with a secretary, and its pages."""

    co_op: RunningCoOp
    pages: str
    sam: UUID
    registered: int = 1
    browsers: list["Browser"] = field(default_factory=list)

    @property
    def identity(self) -> IdentityServiceStub:
        return self.co_op.stub(IdentityServiceStub)

    @property
    def secretary(self) -> str:
        return self.co_op.token(self.sam, hat="secretary")

    async def register(self) -> tuple[UUID, str]:
        """Somebody new, and their e-mail address."""
        self.registered += 1
        email = f"somebody{self.registered}@example.org"
        row = pb.NewPerson(full_name=f"Somebody {self.registered}", email=email)
        request = pb.RegisterPersonsRequest(request_id=str(new_id()), persons=[row])
        return UUID((await call_service(self.identity.RegisterPersons, request, self.secretary)).persons[0].person_id), email

    async def issue(self, person: UUID, kind: "pb.CodeKind.ValueType" = CARD) -> str:
        request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=kind)
        return str((await call_service(self.identity.IssueSignInCode, request, self.secretary)).code)

    async def sign_in(
        self, code: str = "", email: str = "", password: str = "", browser: str = "", client_address: str = ""
    ) -> pb.SignInResponse:
        request = pb.SignInRequest(code=code, email=email, password=password, browser=browser, client_address=client_address)
        return await call_service(self.identity.SignIn, request)

    async def person_with_password(self, password: str = GOOD) -> tuple[UUID, str]:
        person, email = await self.register()
        session = await self.sign_in(code=await self.issue(person))
        await self.set_password(session, password)
        return person, email

    async def set_password(self, session: pb.SignInResponse, password: str, old: str = "") -> None:
        request = pb.SetPasswordRequest(request_id=str(new_id()), password=password, old_password=old)
        await call_service(self.identity.SetPassword, request, session.token)

    async def revoke(self, person: UUID, token: str = "") -> None:
        request = pb.RevokeSignInCodesRequest(request_id=str(new_id()), person_id=str(person))
        await call_service(self.identity.RevokeSignInCodes, request, token or self.secretary)

    def new_browser(self) -> "Browser":
        self.browsers.append(Browser(self.pages))
        return self.browsers[-1]

    async def browser(self, code: str) -> "Browser":
        browser = self.new_browser()
        await browser.get("/sign-in")
        assert (await browser.post("/sign-in/code", code=code)).headers["location"] == "/"
        return browser

    async def is_over(self, session: object) -> bool:
        """Whether identity has ended the session."""
        assert isinstance(session, pb.SignInResponse), session
        try:
            request = pb.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key)
            await call_service(self.identity.RenewToken, request)
        except NotSignedIn:
            return True
        return False

    async def refused_by_services(self, token: str) -> str:
        """The reason with which a service that is not identity refuses the token; empty when it takes it."""
        request = membership.GetMemberRequest(person_id=str(new_id()))
        try:
            await call_service(self.co_op.stub(MembershipServiceStub).GetMember, request, token)
        except NotSignedIn as refusal:
            return refusal.reason
        except Refusal:
            pass
        return ""

    async def age_sessions(self, person: UUID, *, back: bool = False) -> None:
        """Makes all of the person's sessions half an hour older, or younger again."""
        async with self.administrator() as connection:
            step = timedelta(minutes=-31 if back else 31)
            await connection.execute("update session set started_at = started_at - $1::interval where person = $2", step, person)

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to identity's database that row-level security does not bind."""
        database = self.co_op.databases["identity"]
        url = database.admin.set(database=database.roles.database_name)
        connection = await leader_election.connect(url.render_as_string(hide_password=False))
        try:
            yield connection
        finally:
            await connection.close()

    async def password_hash(self, person: UUID, becomes: str = "") -> str:
        """The stored hash of the person's password, after it was replaced if another is given."""
        async with self.administrator() as connection:
            if becomes:
                await connection.execute("update password set hash = $1 where person = $2", becomes, person)
            return str(await connection.fetchval("select hash from password where person = $1", person))

    async def reason_of(self, method: Method[RequestT, Message], request: RequestT, token: str) -> str:
        """The reason for which a command is refused; empty when it is done."""
        try:
            await call_service(method, request, token)
        except Refusal as refusal:
            return refusal.reason
        return ""

    async def publish_as_membership(self, event: MembershipEnded) -> None:
        database = Database(self.co_op.databases["membership"].run_url)
        async with database.work(callers.job("tests"), datetime.now(UTC), "tests") as work:
            await outbox.publish(work, (event, event.person_id))
        await database.close()


class Browser:
    """A browser: cookies, and the hidden fields of the page it shows."""

    def __init__(self, pages: str) -> None:
        self.http = httpx2.AsyncClient(base_url=pages, timeout=60)
        self.hidden: dict[str, str] = {}

    async def get(self, path: str) -> httpx2.Response:
        response = await self.http.get(path)
        fields = (dict(re.findall(r'\b(name|value)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*hidden[^>]*>", response.text))
        self.hidden = {}
        return response if response.status_code != 200 else self._remember(response, list(fields))

    def _remember(self, response: httpx2.Response, fields: list[dict[str, str]]) -> httpx2.Response:
        self.hidden = {field["name"]: field.get("value", "") for field in fields if "name" in field}
        return response

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        return await self.http.post(path, data=self.hidden | fields)

    async def post_form(self, page: str, action: str, **fields: str) -> httpx2.Response:
        """Sends the first form of the page that posts to `action`."""
        text = (await self.http.get(page)).text
        [form, *_] = re.findall(rf'<form method="post" action="{action}".*?</form>', text, re.DOTALL)
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
        return await self.http.post(action, data=hidden | fields)

    async def is_signed_in(self) -> bool:
        return (await self.http.get("/you/sessions")).status_code == 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assembly(infrastructure: Infrastructure) -> AsyncIterator[Assembly]:
    [port] = free_ports(1)
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with running_co_op(infrastructure, "identity", "membership", "web", web=web) as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        for service in ("membership", "web"):
            await co_op.wait_until_consumed(service, "identity")
        assembly = Assembly(co_op, f"http://127.0.0.1:{port}", sam)
        yield assembly
        for browser in assembly.browsers:
            await browser.http.aclose()


async def assert_ends_everywhere(
    assembly: Assembly, browser: Browser, session: pb.SignInResponse, end: Callable[[], Awaitable[object]]
) -> None:
    """Before `end` the browser and the token are good. Soon neither is, at any service: long before the token's own minutes are over."""
    assert await browser.is_signed_in()
    assert await assembly.refused_by_services(session.token) == ""
    await end()

    async def is_over() -> bool:
        return not await browser.is_signed_in() and await assembly.refused_by_services(session.token) == "SESSION_ENDED"

    await wait_until(is_over)
    with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
        await call_service(assembly.identity.GetPerson, pb.GetPersonRequest(person_id=session.person_id), session.token)


async def test_revoking_ends_pages_and_tokens_and_the_password(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    code = await assembly.issue(person)
    thief, session = await assembly.browser(code), await assembly.sign_in(email=email, password=GOOD)
    await assert_ends_everywhere(assembly, thief, session, lambda: assembly.revoke(person))
    for how in ({"code": code}, {"email": email, "password": GOOD}):
        with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
            await assembly.sign_in(**how)


async def test_a_revoked_session_changes_nothing_before_the_news_has_travelled(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    await assembly.revoke(person)
    with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
        await assembly.set_password(session, GOOD)


async def test_nothing_begins_unseen_while_everything_is_ended(assembly: Assembly) -> None:
    """Signing in, a new password and a new link run against the revocation; whichever is first, nothing of it works afterwards."""
    for _ in range(8):
        person, email = await assembly.person_with_password()
        code = await assembly.issue(person)
        session = await assembly.sign_in(code=code)
        request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=LINK)
        at_once: list[Awaitable[object]] = [
            assembly.sign_in(code=code),
            assembly.sign_in(email=email, password=GOOD),
            assembly.set_password(session, BETTER),
            call_service(assembly.identity.IssueSignInCode, request, session.token),
            assembly.revoke(person),
        ]
        by_code, by_password, _, link, _ = await asyncio.gather(*at_once, return_exceptions=True)
        for begun in (by_code, by_password):
            assert isinstance(begun, NotSignedIn) or await assembly.is_over(begun)
        for how in ({"email": email, "password": BETTER}, {"code": getattr(link, "code", "") or code}):
            with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
                await assembly.sign_in(**how)


async def test_signing_out_ends_the_token(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    request = pb.SignOutRequest(session_id=session.session_id, session_key=session.session_key)
    await call_service(assembly.identity.SignOut, request)

    async def is_over() -> bool:
        return await assembly.refused_by_services(session.token) == "SESSION_ENDED"

    await wait_until(is_over)


async def test_a_new_password_ends_every_other_session(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    thief = await assembly.browser(await assembly.issue(person))
    other, own = await assembly.sign_in(email=email, password=GOOD), await assembly.sign_in(email=email, password=GOOD)
    await assert_ends_everywhere(assembly, thief, other, lambda: assembly.set_password(own, BETTER, GOOD))
    assert await assembly.refused_by_services(own.token) == "", "their own session goes on"
    assert (await assembly.sign_in(email=email, password=BETTER)).person_id == str(person)


async def test_a_password_needs_the_old_one_or_a_fresh_card(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    found = await assembly.sign_in(code=await assembly.issue(person, LINK))
    with pytest.raises(NotAllowed, match="OLD_PASSWORD_OR_CARD_NEEDED"):
        await assembly.set_password(found, BETTER)
    with pytest.raises(Invalid, match="OLD_PASSWORD_WRONG"):
        await assembly.set_password(found, BETTER, "a guess of many")
    await assembly.set_password(found, BETTER, GOOD)
    await assembly.set_password(await assembly.sign_in(code=await assembly.issue(person)), GOOD)
    assert (await assembly.sign_in(email=email, password=GOOD)).person_id == str(person)
    newcomer, _ = await assembly.register()
    with pytest.raises(NotAllowed, match="CARD_NEEDED"):
        await assembly.set_password(await assembly.sign_in(code=await assembly.issue(newcomer, LINK)), GOOD)


async def test_old_passwords_are_not_guessed_in_an_open_session(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    found = await assembly.sign_in(email=email, password=GOOD)
    refused = []
    for _ in range(8):
        with pytest.raises(Refusal) as refusal:
            await assembly.set_password(found, BETTER, "a guess of many")
        refused.append(refusal.value.reason)
    assert (refused[0], refused[-1]) == ("OLD_PASSWORD_WRONG", "SIGN_IN_TOO_OFTEN")
    await assembly.set_password(await assembly.sign_in(code=await assembly.issue(person)), BETTER)


async def test_a_password_that_everybody_uses_is_refused(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    for common in ("qwertyuiop", "Password123!", "manchester1", "1234567890", "aaaaaaaaaaaa", "ababababab"):
        with pytest.raises(Invalid, match="PASSWORD_COMMON"):
            await assembly.set_password(session, common)


async def test_a_person_sees_their_sessions_and_ends_them(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    code = await assembly.issue(person)
    browser, other, stolen = await assembly.browser(code), await assembly.browser(code), await assembly.sign_in(code=code)
    page = (await browser.get("/you/sessions")).text
    assert page.count("Signed in with a card") >= 3
    assert "You are here now" in page

    async def end() -> None:
        response = await browser.post_form("/you/sessions", "/you/sessions", session=stolen.session_id)
        assert response.headers["location"] == "/you/sessions?done=ended"

    await end()

    async def is_over() -> bool:
        return await assembly.refused_by_services(stolen.token) == "SESSION_ENDED"

    await wait_until(is_over)
    assert await other.is_signed_in()

    async def everywhere() -> None:
        assert (await browser.post_form("/you/sessions", "/you/sessions", everywhere="yes")).headers["location"] == "/signed-out"

    await assert_ends_everywhere(assembly, other, await assembly.sign_in(code=code), everywhere)
    assert not await browser.is_signed_in()


async def test_a_link_made_in_a_found_browser_leads_back_in_no_more(assembly: Assembly) -> None:
    for end in ("everywhere", "password"):
        person, _ = await assembly.register()
        own = await assembly.sign_in(code=await assembly.issue(person))
        request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=LINK)
        link = (await call_service(assembly.identity.IssueSignInCode, request, own.token)).code
        if end == "password":
            await assembly.set_password(own, GOOD)
        else:
            await call_service(assembly.identity.EndSessions, pb.EndSessionsRequest(request_id=str(new_id())), own.token)
        with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
            await assembly.sign_in(code=link)


async def test_nobody_ends_the_sessions_of_others(assembly: Assembly) -> None:
    (victim, _), (stranger, _) = await assembly.register(), await assembly.register()
    session, own = await assembly.sign_in(code=await assembly.issue(victim)), await assembly.sign_in(code=await assembly.issue(stranger))
    request = pb.EndSessionsRequest(request_id=str(new_id()), session_id=session.session_id)
    assert (await call_service(assembly.identity.EndSessions, request, own.token)).ended == 0
    assert (await call_service(assembly.identity.ListSessions, pb.ListSessionsRequest(), session.token)).sessions[0].current


async def test_a_taken_hat_closes_its_pages_and_a_given_one_opens_them(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    browser = await assembly.browser(await assembly.issue(person))

    async def is_closed() -> bool:
        return (await browser.http.get("/applications")).status_code == 403

    async def is_open() -> bool:
        return not await is_closed()

    assert await is_closed()
    give = pb.GiveHatRequest(request_id=str(new_id()), person_id=str(person), hat="secretary")
    await call_service(assembly.identity.GiveHat, give, assembly.secretary)
    await wait_until(is_open)
    take = pb.TakeHatRequest(request_id=str(new_id()), person_id=str(person), hat="secretary")
    await call_service(assembly.identity.TakeHat, take, assembly.secretary)
    await wait_until(is_closed)


async def test_an_ended_membership_ends_the_sessions_that_had_begun(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    code = await assembly.issue(person)
    browser, session = await assembly.browser(code), await assembly.sign_in(code=code)
    ended = MembershipEnded(person_id=str(person), on=date.today().isoformat(), reason="left")  # noqa: DTZ011 - the zone of the tests is UTC
    await assert_ends_everywhere(assembly, browser, session, lambda: assembly.publish_as_membership(ended))
    assert (await assembly.sign_in(code=code)).person_id == str(person), "they still see what is kept about them"


async def test_the_person_hears_of_each_change_to_how_they_sign_in(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    await assembly.set_password(session, GOOD)
    await assembly.revoke(person, session.token)
    await call_service(assembly.identity.EndSessions, pb.EndSessionsRequest(request_id=str(new_id())), session.token)
    browser = await assembly.browser(await assembly.issue(person))

    async def has_news() -> bool:
        page = (await browser.get("/news")).text
        told = ("There is a new password to sign in as you", "Your old cards and links do not work", "You were signed out everywhere")
        return all(text in page for text in told)

    await wait_until(has_news)


class HeldHashing:
    """argon2 whose checks wait until `release`; each then takes its course."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.release = threading.Event()
        self.threads: set[str] = set()
        """Those in which a check waits."""
        verify = argon2.PasswordHasher.verify

        def wait_and_verify(hasher: argon2.PasswordHasher, hash_: str | bytes, password: str | bytes) -> bool:
            self.threads.add(threading.current_thread().name)
            assert self.release.wait(60)
            return verify(hasher, hash_, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", wait_and_verify)


async def test_many_passwords_at_once_stop_nobody_else(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long hashing takes: the few passwords that are taken wait for it, and nobody else does."""
    person, _ = await assembly.person_with_password()
    code = await assembly.issue(person)
    member = await assembly.browser(code)
    hashing = HeldHashing(monkeypatch)
    refused: list[str] = []

    async def guess(number: int) -> None:
        try:
            await assembly.sign_in(email=f"guess{number}@example.org", password="a guess of many")
        except (TooMany, NotSignedIn) as refusal:
            refused.append(refusal.reason)

    guesses = [asyncio.create_task(guess(number)) for number in range(250)]
    try:
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
            assert (await assembly.sign_in(code=code)).person_id == str(person)
            assert await member.is_signed_in()
            while len(refused) < 250 - MAX_PENDING:
                await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
        assert refused == ["PASSWORDS_BUSY"] * (250 - MAX_PENDING), "who is refused is refused at once"
        assert len(hashing.threads) in {1, 2}, "a pool of its own, that leaves the common one and a core to others"
        assert all(name.startswith("argon2") for name in hashing.threads), hashing.threads
    finally:
        hashing.release.set()
    await asyncio.gather(*guesses)
    assert refused[-MAX_PENDING:] == ["SIGN_IN_FAILED"] * MAX_PENDING


async def test_guessing_is_slowed_down_and_keeps_no_owner_out(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    await assembly.sign_in(email=email, password=GOOD, browser="the owner's own", client_address="192.0.2.1")
    reasons = []
    for _ in range(12):
        with pytest.raises(Refusal) as refusal:
            await assembly.sign_in(email=email, password="a guess of many", browser="a thief's", client_address="192.0.2.9")
        reasons.append(refusal.value.reason)
    assert (reasons[4], reasons[-1]) == ("SIGN_IN_FAILED", "SIGN_IN_TOO_OFTEN")
    with pytest.raises(TooMany):
        await assembly.sign_in(email=email, password=GOOD, client_address="192.0.2.9")
    for how in ({"client_address": "192.0.2.7"}, {"client_address": "192.0.2.9", "browser": "the owner's own"}):
        assert (await assembly.sign_in(email=email, password=GOOD, **how)).person_id == str(person)


async def test_security_events_are_lines_of_one_form_without_personal_data(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_events, "_LIMIT", security_events._LineLimit())
    stream = io.StringIO()
    logs.configure_logging(stream=stream)
    person, email = await assembly.person_with_password()
    session = await assembly.sign_in(email=email, password=GOOD, client_address="192.0.2.77")
    for _ in range(6):
        with pytest.raises(Refusal):
            await assembly.sign_in(email=email, password="a guess of many", client_address="192.0.2.33")
    with pytest.raises(NotAllowed):
        await call_service(assembly.identity.SearchPersons, pb.SearchPersonsRequest(text="some"), session.token)
    await assembly.revoke(person)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    events = [line for line in lines if line["event"] == "security_event"]
    assert {"password_set", "signed_in", "sign_in_failed", "sign_in_slowed", "hat_refused", "codes_revoked", "code_issued"} <= {
        event["kind"] for event in events
    }
    assert {event.get("person") for event in events} >= {str(person)}
    for personal in (email, "somebody", "Somebody", "192.0.2", GOOD):
        assert personal not in stream.getvalue()


async def test_a_link_pressed_twice_or_whose_answer_was_lost_begins_one_session(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    code = await assembly.issue(person, LINK)
    browser, lost = assembly.new_browser(), assembly.new_browser().http
    await browser.get(f"/sign-in/{code}).")
    before = dict(browser.http.cookies)
    first = await browser.post("/sign-in/code")
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert (await browser.post("/sign-in/code")).headers["location"] == "/", "pressed once more"
    assert await browser.is_signed_in()
    lost.cookies.update(before)
    again = await lost.post("/sign-in/code", data=browser.hidden)
    assert again.headers["location"] == "/", "the answer was lost, with its cookie"
    lost.cookies.update(again.cookies)
    assert (await lost.get("/you/sessions")).status_code == 200
    shown = (await browser.get("/you/sessions")).text
    assert shown.count("Signed in with a link</h2>") == 1
    with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
        await assembly.sign_in(code=code, browser="another")


async def test_a_code_whose_answer_was_lost_is_shown_again_to_the_same_request(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=CARD)
    first = await call_service(assembly.identity.IssueSignInCode, request, assembly.secretary)
    assert await call_service(assembly.identity.IssueSignInCode, request, assembly.secretary) == first
    other, _ = await assembly.register()
    await call_service(
        assembly.identity.GiveHat, pb.GiveHatRequest(request_id=str(new_id()), person_id=str(other), hat="secretary"), assembly.secretary
    )
    theirs = await call_service(assembly.identity.IssueSignInCode, request, assembly.co_op.token(other, hat="secretary"))
    assert theirs.code != first.code
    await assembly.revoke(person)
    with pytest.raises(AlreadyExists, match="CODE_SHOWN_BEFORE"):
        await call_service(assembly.identity.IssueSignInCode, request, assembly.secretary)


async def test_a_process_that_was_away_asks_which_sessions_ended(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    request = pb.SignOutRequest(session_id=session.session_id, session_key=session.session_key)
    await call_service(assembly.identity.SignOut, request)
    await assembly.co_op.restart()

    async def is_over() -> bool:
        return await assembly.refused_by_services(session.token) == "SESSION_ENDED"

    await wait_until(is_over)


async def test_codes_and_corrections_need_a_recent_sign_in(assembly: Assembly) -> None:
    """Who finds a secretary's browser prints no card, changes no address, and makes no link to sign in anew with."""
    somebody, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(assembly.sam))
    renewal = pb.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key, hat="secretary")
    token = (await call_service(assembly.identity.RenewToken, renewal)).token
    person = (await call_service(assembly.identity.GetPerson, pb.GetPersonRequest(person_id=str(somebody)), token)).person

    async def refusals() -> list[str]:
        corrected = pb.CorrectPersonRequest(
            request_id=str(new_id()), person_id=str(somebody), full_name=f"Another {somebody}", version=person.version
        )
        issue, own = assembly.identity.IssueSignInCode, assembly.sam
        return [
            await assembly.reason_of(issue, pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(somebody), kind=CARD), token),
            await assembly.reason_of(issue, pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(own), kind=LINK), token),
            await assembly.reason_of(assembly.identity.CorrectPerson, corrected, token),
        ]

    await assembly.age_sessions(assembly.sam)
    assert await refusals() == ["SIGN_IN_AGAIN"] * 3
    assert not await assembly.is_over(session), "the session itself goes on"
    await assembly.age_sessions(assembly.sam, back=True)
    assert await refusals() == ["", "", ""]


async def test_an_old_password_hash_is_renewed_at_sign_in(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    weaker = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert await assembly.password_hash(person, becomes=weaker) == weaker
    session = await assembly.sign_in(email=email, password=GOOD)
    renewed = await assembly.password_hash(person)
    assert renewed != weaker
    assert "m=19456,t=2" in renewed
    assert await assembly.sign_in(email=email, password=GOOD)
    assert await assembly.password_hash(person) == renewed
    assert not await assembly.is_over(session), "it is the same password"


async def test_a_password_made_of_the_persons_own_name_or_address_is_refused(assembly: Assembly) -> None:
    person, email = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    for own in ("somebody 2026!", f"{email.partition('@')[0]}!!!!", email):
        with pytest.raises(Invalid, match="PASSWORD_OF_OWN_WORDS"):
            await assembly.set_password(session, own)
    await assembly.set_password(session, "somebody heron kettle")
