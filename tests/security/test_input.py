"""Bad input, by kind: no text, number or byte that somebody sends is an error of ours. One co-op for all of it."""

import math
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import grpc
import httpx2
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs import texts
from libs.database.engine import new_id
from libs.refusals import Invalid
from libs.rpc.client import call_service, open_channel
from libs.rpc.message_text import check_message
from services.web.http.cookies import Cookies
from services.web.http.forms import MAX_FIELDS, REQUEST_ID, TOKEN, form_token, parse_form
from services.web.page import Page
from services.web.pages.form_page import FormPage
from services.web.routes import PAGES
from tests.support.free_ports import free_ports
from tests.support.random_messages import PROTOS, UNUSABLE_TEXTS, methods_of, random_request, text_fields
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROUNDS = 5
FORM = "application/x-www-form-urlencoded"
TEMPLATES = Path(__file__).parents[2] / "services/web/templates"
OPEN_METHODS = {
    # Who signs in has no token yet; the form proves who it is with a code, a password or the session's own key.
    "IdentityService/SignIn",
    "IdentityService/RenewToken",
    "IdentityService/SignOut",
    "PasskeyService/BeginPasskeySignIn",
    # Nor has who lost card and password; two people vouch for them.
    "RecoveryService/RequestRecovery",
    "RecoveryService/GetRecovery",
    # Anybody with a card looks their ballot up, as anybody with the bundle could.
    "EvidenceService/LookUpBallot",
    # Which version runs and whether it is well: no person's data.
    "StatusService/GetStatus",
}
FOR_FEDERATION = {f"VoteService/{method}" for method in ("ComposeTerms", "TakeTerms", "CountClasses", "CountVote")} | {"AskService/TakeAsk"}


def form_of(page: Page) -> FormPage | None:
    """The form that the page takes, where it is made with the form kit."""
    owner = getattr(page.act, "__self__", None)
    return owner if isinstance(owner, FormPage) else None


SIGNED_IN_TEXTS = {"NUL": "a\0b", "override": "Yes \u202eoN", "control": "bell\x07\x1b[2J", "not a character": "\ufffe"}
RAW_BODIES = (b"title=%ED%A0%80&name=%FF", b"title=\xff\xfe&name=\xed\xa0\x80", b"=%00&%00=a", b"")
FIELD_NAMES = sorted(
    {name for file in TEMPLATES.rglob("*.html") for name in re.findall(r'\bname="([a-z_-]+)"', file.read_text(encoding="utf-8"))}
    | {name for page in PAGES if (form := form_of(page)) for name in (*form.fields, *form.prefixes)}
)


def _fields_sent_to(page: Page) -> list[Sequence[str]]:
    """A form's own fields; where a page does not declare them, all that any page has, in as many forms as they fit into."""
    if form := form_of(page):
        return [(*form.fields, *form.prefixes, *form.unstripped)]
    return [FIELD_NAMES[first : first + MAX_FIELDS - 2] for first in range(0, len(FIELD_NAMES), MAX_FIELDS - 2)]


@dataclass
class Assembly:
    """A co-op with all its services and one person with every hat."""

    co_op: RunningCoOp
    pages: str
    sam: UUID
    ada: UUID
    channels: dict[str, grpc.aio.Channel]
    forms_key: bytes
    session_cookie: str

    async def ask(self, service: str, method: MethodDescriptor, request: bytes, token: str = "") -> grpc.StatusCode:
        call: Any = self.channels[service].unary_unary(f"/{method.containing_service.full_name}/{method.name}")
        try:
            await call(request, timeout=60, metadata=(("kith-token", token),) if token else ())
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK

    @asynccontextmanager
    async def browser(self, person: UUID) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser in which this person has signed in with a card."""
        request = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=identity.CODE_KIND_CARD)
        issued = await call_service(
            self.co_op.stub(IdentityServiceStub).IssueSignInCode, request, self.co_op.token(self.sam, hat="secretary")
        )
        async with httpx2.AsyncClient(base_url=self.pages, timeout=60) as http:
            token = re.search(r'name="form_token" value="([^"]+)"', (await http.get("/sign-in")).text)
            assert token
            sent = await http.post("/sign-in/code", data={TOKEN: token[1], REQUEST_ID: str(new_id()), "code": issued.code})
            assert sent.status_code == 303, sent.text
            yield http

    async def post_badly(self, http: httpx2.AsyncClient, path: str, page: Page) -> list[httpx2.Response]:
        """Sends the page's form with each kind of bad text in every field that any form has, and with bad names of fields and files."""
        assert self.session_cookie in http.cookies, path
        keys = {TOKEN: form_token(self.forms_key, http.cookies[self.session_cookie], page.form), REQUEST_ID: str(new_id())}
        bodies = [
            urlencode(keys | dict.fromkeys(names, text)).encode() for names in _fields_sent_to(page) for text in SIGNED_IN_TEXTS.values()
        ]
        bodies += [urlencode(keys | {f"{name}{text}": "1" for name in FIELD_NAMES[:40]}).encode() for text in ("\0", "\u202e")]
        bodies += [urlencode(keys).encode() + b"&" + raw for raw in RAW_BODIES]
        answers = [await http.post(path, content=body, headers={"content-type": FORM}) for body in bodies]
        if page.takes_file:
            for name in SIGNED_IN_TEXTS.values():
                body = _multipart(keys | {"note": name}, name)
                answers.append(await http.post(path, content=body, headers={"content-type": "multipart/form-data; boundary=cut"}))
        return answers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assembly(infrastructure: Infrastructure) -> AsyncIterator[Assembly]:
    [port] = free_ports(1)
    keys = infrastructure.keys_folder
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with running_co_op(
        infrastructure,
        *PROTOS,
        "web",
        web=web,
        federation={
            "co_op_id": "0000test",
            "root_key_file": keys / "federation/root.pem",
            "seal_key_file": keys / "federation/seal.key",
            "anchor_file": keys.parent / "input.anchor",
            "governance_address": "unix:/nonexistent",
            "matching_address": "unix:/nonexistent",
        },
    ) as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        stub = co_op.stub(IdentityServiceStub)
        for hat in ("operator", "scrutineer"):
            request = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(sam), hat=hat)
            await call_service(stub.GiveHat, request, co_op.token(sam, hat="secretary"))
        for service in (*list(PROTOS)[1:], "web"):
            await co_op.wait_until_consumed(service, "identity")
        channels = {service: open_channel(co_op.address(service)) for service in PROTOS}
        cookie = Cookies(https=False, co_op="0000test").session
        yield Assembly(co_op, f"http://127.0.0.1:{port}", sam, ada, channels, bytes.fromhex((keys / "forms.key").read_text()), cookie)
        for channel in channels.values():
            await channel.close()


@pytest.mark.parametrize("service", PROTOS)
async def test_no_rpc_breaks_on_what_is_sent(assembly: Assembly, service: str) -> None:
    random = Random(8)  # noqa: S311 - repeatable, not secret
    token, broken = assembly.co_op.token(assembly.sam, hat="secretary"), []
    for method in methods_of(service):
        requests = [random_request(method, random).SerializeToString() for _ in range(ROUNDS)]
        requests += [GetMessageClass(method.input_type)(**{name: "\0"}).SerializeToString() for name in text_fields(method)]
        for number, request in enumerate([*requests, b"\x0a\x01\xff", b"\x0a\x05cut"]):
            for sent_token in (token, ""):
                code = await assembly.ask(service, method, request, sent_token)
                if code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
                    broken.append((method.name, number, code.name))
    assert not broken


@pytest.mark.parametrize("service", PROTOS)
async def test_without_a_token_only_a_short_list_answers(assembly: Assembly, service: str) -> None:
    methods = list(methods_of(service))
    answers = {f"{method.containing_service.name}/{method.name}": await assembly.ask(service, method, b"") for method in methods}
    unguarded = {method for method, code in answers.items() if code is not grpc.StatusCode.UNAUTHENTICATED}
    # SignIn and its like may refuse an empty request as "not signed in" themselves.
    assert unguarded <= OPEN_METHODS
    for method in methods:
        name = f"{method.containing_service.name}/{method.name}"
        as_federation = await assembly.ask(service, method, b"", assembly.co_op.federation_token())
        assert (as_federation is grpc.StatusCode.PERMISSION_DENIED) != (name in FOR_FEDERATION), name
        if name in FOR_FEDERATION:
            as_sam = await assembly.ask(service, method, b"", assembly.co_op.token(assembly.sam, hat="secretary"))
            assert as_sam is grpc.StatusCode.PERMISSION_DENIED
        assert await assembly.ask(service, method, b"", "forged.token") is grpc.StatusCode.UNAUTHENTICATED


async def test_no_page_breaks_on_its_address(assembly: Assembly) -> None:
    broken = []
    async with httpx2.AsyncClient(base_url=assembly.pages) as http:
        for path in sorted({page.path for page in PAGES} | {"/static/x", "/livez", "/metrics/x"}):
            known = re.sub(r"\{\w+:uuid\}", str(new_id()), path)
            for address in {re.sub(r"\{[^}]*\}", "a%00", path), f"{known}%00", f"{known}?page=%00&q=%E2%80%AE"}:
                response = await http.get(address)
                if response.status_code >= 500:
                    broken.append((address, response.status_code))
    assert not broken


async def test_a_page_does_not_wait_for_an_acknowledgement(assembly: Assembly) -> None:
    """Head and body of a response are two packets. The second waited 40 ms on a connection that is kept, for every page."""
    async with httpx2.AsyncClient(base_url=assembly.pages) as http:
        await http.get("/livez")
        fastest = math.inf
        for _ in range(200):
            fastest = min(fastest, (await http.get("/livez")).elapsed.total_seconds())
            if fastest < 0.03:
                break
    # On a busy machine most take longer, but not every one.
    assert fastest < 0.03


@pytest.mark.parametrize("who", ["a member", "a secretary"])
async def test_no_page_or_form_breaks_for_somebody_signed_in(assembly: Assembly, who: str) -> None:
    """Every page and every form, with what no table and no page can hold in its path, its query, its fields and its file's name."""
    broken, taken = [], 0
    async with assembly.browser(assembly.sam if who == "a secretary" else assembly.ada) as http:
        # What ends the session comes last.
        for page in sorted(PAGES, key=lambda page: page.path == "/you/sessions"):
            if page.path in ("/sign-out", "/source/kith.tar.gz"):
                continue
            known = re.sub(r"\{\w+:uuid\}", str(assembly.ada), re.sub(r"\{\w+:vote\}", "a" * 64, page.path))
            known = known.replace("{section}", "home").replace("{field}", "home.key_safe")
            known = re.sub(r"\{(\w+)\}", r"\1", known)
            addresses = [f"{known}?next=%00&page=%E2%80%AE&q=%FF&after=%ED%A0%80", re.sub(r"\{[^}]*\}", "a%00%E2%80%AE", page.path), known]
            asked = [(address, await http.get(address)) for address in addresses if page.show]
            if page.act:
                asked += [(f"POST {known}", response) for response in await assembly.post_badly(http, known, page)]
            taken += sum(response.status_code in (200, 303, 422) for address, response in asked if address.startswith("POST"))
            broken += [(address, response.status_code) for address, response in asked if response.status_code >= 500]
    assert not broken
    assert taken > 20, "forms were not even looked at"


@pytest.mark.parametrize("text", UNUSABLE_TEXTS)
async def test_a_text_that_cannot_be_shown_is_refused_with_its_field(text: str) -> None:
    nested = identity.RegisterPersonsRequest(persons=[identity.NewPerson(full_name="Ada"), identity.NewPerson(phone=text)])
    with pytest.raises(Invalid, match="CHARACTER_NOT_ALLOWED") as refusal:
        check_message(nested)
    assert [problem.field for problem in refusal.value.problems] == ["phone"]
    assert texts.clean(f"A{text}B") == texts.clean(texts.clean(f"A{text}B"))
    assert texts.is_usable(texts.clean(text))


async def test_a_form_keeps_what_was_written_and_loses_what_pasting_brought() -> None:
    form = parse_form(f"title={quote('Heat' + chr(0x202E) + 'ing' + chr(0))}&name={quote('Zoe' + chr(0x301))}".encode(), FORM)
    assert (form.text("title"), form.text("name")) == ("Heating", "Zo\u00e9")
    joined = "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert texts.clean(joined) == joined


async def test_the_check_costs_nothing_noticeable() -> None:
    """It costs less than writing the message as JSON does, four times over: a fiftieth of a call for a request of three fields."""
    small = identity.SignInRequest(email="ada@example.org", password="heron kettle lantern", code="")
    rows = [identity.NewPerson(full_name="Ada Ample", email="ada@example.org", phone="01632 960777") for _ in range(200)]
    large = identity.RegisterPersonsRequest(persons=rows)
    for message, times in ((small, 200), (large, 2)):
        checked = min(_seconds_of(check_message, message, times) for _ in range(5))
        assert checked < 4 * min(_seconds_of(MessageToDict, message, times) for _ in range(5))


def _multipart(fields: dict[str, str], file_name: str) -> bytes:
    """A form with a file, as no browser sends it: the file's name as it is."""
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    parts.append(
        f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n{{"name": "{file_name}"}}\r\n--cut--\r\n'
    )
    return "".join(parts).encode()


def _seconds_of(work: Callable[[Message], object], message: Message, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work(message)
    return time.process_time() - started
