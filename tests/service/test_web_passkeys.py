"""Passkeys in Debian's Chromium, with its virtual authenticator, on the real pages and the real service."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.support.free_ports import free_ports
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op
from tests.support.software_passkey import SoftwarePasskey, encode

ARRIVED = re.compile(r"^[^?]*/you/sign-in$")
START = "/sign-in?next=/you/sign-in"
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
ADD, SIGN_IN, DID_NOT_WORK = "Add a passkey", "Sign in with a passkey", "That did not work. Try again, or sign in in another way."


@asynccontextmanager
async def running_pages(infrastructure: Infrastructure) -> AsyncIterator[tuple[RunningCoOp, str]]:
    [port] = free_ports(1)
    home = f"http://localhost:{port}"
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": home}
    async with running_co_op(infrastructure, "identity", "web", web=web, identity={"public_url": home}) as co_op:
        yield co_op, home


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        await browser.close()


async def card_of(co_op: RunningCoOp, person: UUID, secretary: UUID) -> str:
    request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=pb.CODE_KIND_CARD)
    response = await call_service(co_op.stub(IdentityServiceStub).IssueSignInCode, request, co_op.token(secretary, hat="secretary"))
    return str(response.code)


async def sign_in_by_card(page: Page, code: str) -> None:
    await page.goto(START)
    await page.get_by_label("code").fill(code)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(ARRIVED)


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url("**/signed-out")


async def plug_in(session: CDPSession) -> str:
    """A new device with no passkey; its id."""
    options = DEVICE | {"automaticPresenceSimulation": True}
    return str((await session.send("WebAuthn.addVirtualAuthenticator", {"options": options}))["authenticatorId"])


async def test_a_passkey_is_added_and_signs_in_and_no_other_and_none_twice(infrastructure: Infrastructure) -> None:
    async with running_pages(infrastructure) as (co_op, home), chromium() as browser:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        context = await browser.new_context(base_url=home, viewport={"width": 320, "height": 800})
        page, said, sent = await context.new_page(), list[str](), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/sign-in/passkey") else None)
        card = await card_of(co_op, ada, sam)
        await see_no_dead_button(browser, home, card)
        await sign_in_by_card(page, card)
        session = await context.new_cdp_session(page)
        await session.send("WebAuthn.enable", {"enableUI": False})
        device = await plug_in(session)

        assert not await page.get_by_text("This browser cannot add a passkey here.").is_visible()
        await page.get_by_role("button", name=ADD).click()
        await page.wait_for_url("**/you/sign-in/*?done=added")
        await page.get_by_label("What do you call it?").fill("My phone")
        await page.get_by_role("button", name="Save the name").click()
        await page.wait_for_url("**/you/sign-in?done=renamed")
        assert await page.get_by_role("heading", name="My phone").is_visible()
        await page.get_by_role("button", name=ADD).click()
        await page.get_by_text("This device has a passkey for you already.").wait_for()

        await sign_out(page)
        await page.goto(START)
        await page.get_by_role("button", name=SIGN_IN).click()
        await page.wait_for_url(ARRIVED)
        assert await page.get_by_text("Last used").is_visible()
        await sign_out(page)

        await page.goto(START)
        (used,) = sent
        replay = """([body, form]) => {
          form.elements.credential.value = new URLSearchParams(body).get('credential'); form.submit();
        }"""
        form = await page.query_selector("form[data-passkey]")
        await page.evaluate(replay, [used, form])
        await page.get_by_text("We could not sign you in with that passkey.").first.wait_for()

        await session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        await page.goto(START)
        await page.get_by_role("button", name=SIGN_IN).click()
        await page.get_by_text(DID_NOT_WORK).wait_for()
        await session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
        await put_a_passkey_of_another_site_on(session, await plug_in(session))
        await page.goto(START)
        await page.get_by_role("button", name=SIGN_IN).click()
        await page.get_by_text(DID_NOT_WORK).wait_for()
        assert page.url.endswith("/sign-in?next=/you/sign-in")
        assert not [line for line in said if "Content Security Policy" in line], said


async def put_a_passkey_of_another_site_on(session: CDPSession, device: str) -> None:
    other = SoftwarePasskey(site="evil.example")
    key = other.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": encode_standard(other.credential_id),
        "isResidentCredential": True,
        "rpId": other.site,
        "privateKey": encode_standard(key),
        "userHandle": encode_standard(b"somebody"),
        "signCount": 1,
    }
    await session.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": credential})


def encode_standard(value: bytes) -> str:
    """base64, as the browser's tools want it."""
    return encode(value).replace("-", "+").replace("_", "/") + "=" * (-len(value) % 3)


async def see_no_dead_button(browser: Browser, home: str, code: str) -> None:
    """Without scripts, and in a browser without WebAuthn, the page has every other way to sign in and nothing of passkeys."""
    for scripts in (False, True):
        context = await browser.new_context(base_url=home, java_script_enabled=scripts)
        await context.add_init_script("delete window.PublicKeyCredential")
        page = await context.new_page()
        await page.goto(START)
        assert not await page.get_by_text("passkey").is_visible()
        await sign_in_by_card(page, code)
        assert await page.get_by_text("This browser cannot add a passkey here.").is_visible()
        assert not await page.get_by_role("button", name=ADD).is_visible()
        await context.close()
