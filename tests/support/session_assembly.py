"""A running co-op whose people sign in: with cards, links and passwords, in browsers and over its API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx2
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
from libs.refusals import NotSignedIn, Refusal
from libs.rpc.client import Method, call_service
from services.clients import RequestT
from tests.support.free_ports import free_ports
from tests.support.hidden_fields import hidden_fields
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

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
        async with database.work(callers.job("tests"), self.co_op.now(), "tests") as work:
            await outbox.publish(work, (event, event.person_id))
        await database.close()


class Browser:
    """A browser: cookies, and the hidden fields of the page it shows."""

    def __init__(self, pages: str) -> None:
        self.http = httpx2.AsyncClient(base_url=pages, timeout=60)
        self.hidden: dict[str, str] = {}

    async def get(self, path: str) -> httpx2.Response:
        response = await self.http.get(path)
        self.hidden = hidden_fields(response.text) if response.status_code == 200 else {}
        return response

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        return await self.http.post(path, data=self.hidden | fields)

    async def post_form(self, page: str, action: str, **fields: str) -> httpx2.Response:
        """Sends the first form of the page that posts to `action`."""
        return await self.http.post(action, data=hidden_fields((await self.http.get(page)).text, action) | fields)

    async def is_signed_in(self) -> bool:
        return (await self.http.get("/you/sessions")).status_code == 200


@asynccontextmanager
async def session_assembly(infrastructure: Infrastructure) -> AsyncIterator[Assembly]:
    """Identity, membership and the pages, with a secretary. Closes the browsers at the end."""
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
