"""A session ends when it is ended: everywhere, within a second, and the person hears of it. One co-op for all of it."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from kith.identity.v1 import identity_pb2 as pb
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from libs.database.engine import new_id
from libs.observe import logs, security_events
from libs.refusals import AlreadyExists, NotAllowed, NotSignedIn, Refusal
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.session_assembly import BETTER, CARD, GOOD, LINK, Assembly, Browser, session_assembly
from tests.support.waiting import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assembly(infrastructure: Infrastructure) -> AsyncIterator[Assembly]:
    async with session_assembly(infrastructure) as made:
        yield made


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
    ended = MembershipEnded(person_id=str(person), on=assembly.co_op.today().isoformat(), reason="left")
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
