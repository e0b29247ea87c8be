"""Signing in by link, card or password; all failures look the same; sessions, tokens and their expiry."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.identity.facts.v1.facts_pb2 import SignInCodeIssued
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.callers import AuthenticationStrength, CallerChannel, job, person, tokens
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, TooMany
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

HOUR = 3600
LINK, CARD = pb.CODE_KIND_LINK, pb.CODE_KIND_CARD


def issue_code_request(person: UUID, kind: "pb.CodeKind.ValueType" = LINK) -> pb.IssueSignInCodeRequest:
    return pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=kind)


def renew_token_request(session: pb.SignInResponse, hat: str = "", via: str = "") -> pb.RenewTokenRequest:
    return pb.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key, hat=hat, via=via)


async def issue_code(co_op: RunningCoOp, secretary: UUID, person: UUID, kind: "pb.CodeKind.ValueType" = LINK) -> str:
    stub = co_op.stub(IdentityServiceStub)
    issued = await call_service(stub.IssueSignInCode, issue_code_request(person, kind), co_op.token(secretary, hat="secretary"))
    return str(issued.code)


async def sign_in_refusal(identity: IdentityServiceStub, code: str = "", email: str = "", password: str = "") -> Refusal:
    with pytest.raises(Refusal) as refused:
        await call_service(identity.SignIn, pb.SignInRequest(code=code, email=email, password=password))
    return refused.value


async def sign_in_by_card(co_op: RunningCoOp, secretary: UUID, person: UUID) -> pb.SignInResponse:
    code = await issue_code(co_op, secretary, person, CARD)
    return await call_service(co_op.stub(IdentityServiceStub).SignIn, pb.SignInRequest(code=code))


async def set_password(co_op: RunningCoOp, secretary: UUID, person: UUID, password: str) -> None:
    """As people do: with a card that they have just signed in with."""
    session = await sign_in_by_card(co_op, secretary, person)
    request = pb.SetPasswordRequest(request_id=str(new_id()), password=password)
    await call_service(co_op.stub(IdentityServiceStub).SetPassword, request, session.token)


async def test_a_link_opens_one_session_for_half_a_day(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, code = co_op.stub(IdentityServiceStub), await issue_code(co_op, sam, ada)
        session = await call_service(identity.SignIn, pb.SignInRequest(code=code, device_use=pb.DEVICE_USE_OWN))
        lasts = session.session_expires_at.ToDatetime(tzinfo=UTC) - co_op.now()
        assert timedelta(hours=11, minutes=59) < lasts <= timedelta(hours=12)
        caller = tokens.TokenVerifier(co_op.infrastructure.keys.token_public).read(session.token, co_op.now())
        assert (caller.person, caller.hat, caller.via, caller.strength) == (ada, "", CallerChannel.PAGE, AuthenticationStrength.LINK)
        assert caller.session == UUID(session.session_id)
        again = await sign_in_refusal(identity, code=code)
        assert (type(again), again.reason) == (NotSignedIn, "SIGN_IN_FAILED")
        await co_op.move_clock(12 * HOUR)
        with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
            await call_service(identity.RenewToken, renew_token_request(session))


async def test_a_link_is_good_for_a_day(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        code = await issue_code(co_op, sam, ada)
        await co_op.move_clock(24 * HOUR)
        assert (await sign_in_refusal(co_op.stub(IdentityServiceStub), code=code)).reason == "CODE_EXPIRED"


async def test_a_card_works_typed_badly_again_and_again_until_it_is_revoked(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, code = co_op.stub(IdentityServiceStub), await issue_code(co_op, sam, ada, CARD)
        badly = "-".join(code[at : at + 4] for at in range(0, 16, 4)).lower().replace("0", "o").replace("1", "l")
        first = await call_service(identity.SignIn, pb.SignInRequest(code=badly))
        await co_op.move_clock(364 * 24 * HOUR)
        second = await call_service(identity.SignIn, pb.SignInRequest(code=f" {code} "))
        assert first.person_id == second.person_id == str(ada)
        revoking = pb.RevokeSignInCodesRequest(request_id=str(new_id()), person_id=str(ada))
        assert (await call_service(identity.RevokeSignInCodes, revoking, co_op.token(ada))).revoked == 1
        assert (await sign_in_refusal(identity, code=code)).reason == "SIGN_IN_FAILED"
        with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
            await call_service(identity.RenewToken, renew_token_request(second))


async def test_codes_are_issued_by_a_secretary_and_links_also_by_oneself(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        assert (await call_service(identity.IssueSignInCode, issue_code_request(ada), co_op.token(ada))).code
        for person, kind in ((ada, CARD), (sam, LINK)):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await call_service(identity.IssueSignInCode, issue_code_request(person, kind), co_op.token(ada))
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            revoking = pb.RevokeSignInCodesRequest(request_id=str(new_id()), person_id=str(sam))
            await call_service(identity.RevokeSignInCodes, revoking, co_op.token(ada))
        secretary = co_op.token(sam, hat="secretary")
        with pytest.raises(NotFound, match="PERSON_UNKNOWN"):
            await call_service(identity.IssueSignInCode, issue_code_request(new_id()), secretary)
        with pytest.raises(Invalid, match="CODE_KIND_MISSING"):
            await call_service(identity.IssueSignInCode, issue_code_request(ada, pb.CODE_KIND_UNSPECIFIED), secretary)
        [stated] = [event for event in await co_op.published_events("identity") if isinstance(event, SignInCodeIssued)]
        assert (stated.person_id, stated.kind) == (str(ada), "link")


async def test_a_code_is_shown_once_and_kept_nowhere(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, secretary, request = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary"), issue_code_request(ada, CARD)
        code = (await call_service(identity.IssueSignInCode, request, secretary)).code
        assert (await call_service(identity.IssueSignInCode, request, secretary)).code == code, "the answer may have been lost"
        await co_op.move_clock(61)
        with pytest.raises(AlreadyExists, match="CODE_SHOWN_BEFORE"):
            await call_service(identity.IssueSignInCode, request, co_op.token(sam, hat="secretary"))
        for table in ("sign_in_code", "answer", "outbox"):
            assert code.encode() not in repr(await co_op.all_rows("identity", table)).encode()
        assert len(await co_op.all_rows("identity", "sign_in_code")) == 1


async def test_a_password_signs_in_under_either_case_of_the_address(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        await set_password(co_op, sam, ada, "an older password")
        before = await call_service(identity.SignIn, pb.SignInRequest(email="person1@example.org", password="an older password"))
        await set_password(co_op, sam, ada, "a newer password")
        session = await call_service(identity.SignIn, pb.SignInRequest(email=" Person1@EXAMPLE.org", password="a newer password"))
        assert session.person_id == str(ada)
        with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
            await call_service(identity.RenewToken, renew_token_request(before))
        shown = (await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(ada)), co_op.token(sam, hat="secretary"))).person
        assert shown.has_password
        with pytest.raises(Invalid, match="PASSWORD_TOO_SHORT"):
            await set_password(co_op, sam, ada, "too short")


async def test_whatever_is_wrong_sounds_the_same(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        await set_password(co_op, sam, ada, "a good password")
        wrong: list[dict[str, str]] = [
            {"code": "ABCD-EFGH-JKMN-PQRS"},
            {"code": "no code at all"},
            {"email": "person1@example.org", "password": "a wrong password"},
            {"email": "person0@example.org", "password": "a good password"},
            {"email": "nobody@example.org", "password": "a good password"},
            {"email": "x" * 5000, "password": "y" * 5000},
            {},
        ]
        refusals = [await sign_in_refusal(identity, **how) for how in wrong]
        assert {(type(refusal), refusal.reason, tuple(refusal.details)) for refusal in refusals} == {(NotSignedIn, "SIGN_IN_FAILED", ())}


async def test_after_five_wrong_passwords_a_client_has_to_wait_a_little(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        await set_password(co_op, sam, ada, "a good password")
        for _ in range(5):
            assert (await sign_in_refusal(identity, email="Person1@example.org", password="a guess of many")).reason == "SIGN_IN_FAILED"
        late = await sign_in_refusal(identity, email="person1@example.org", password="a good password")
        assert (type(late), late.reason, dict(late.details)) == (TooMany, "SIGN_IN_TOO_OFTEN", {"seconds": "1"})
        assert (await sign_in_refusal(identity, email="person0@example.org", password="a guess")).reason == "SIGN_IN_FAILED"
        assert "person1" not in repr(await co_op.all_rows("identity", "sign_in_failure"))
        await co_op.move_clock(2)
        assert (await call_service(identity.SignIn, pb.SignInRequest(email="person1@example.org", password="a good password"))).token


async def test_a_repeated_password_request_keeps_nothing_to_guess_against(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        identity, token = co_op.stub(IdentityServiceStub), (await sign_in_by_card(co_op, sam, sam)).token
        request = pb.SetPasswordRequest(request_id=str(new_id()), password="a good password")
        assert await call_service(identity.SetPassword, request, token) == await call_service(identity.SetPassword, request, token)
        request.password = "another password"
        with pytest.raises(Conflict, match="REQUEST_ID_REUSED"):
            await call_service(identity.SetPassword, request, token)


@pytest.mark.capability("I1")
async def test_one_person_wears_one_hat_at_a_time_and_rights_follow_it(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        session = await call_service(identity.SignIn, pb.SignInRequest(code=await issue_code(co_op, sam, sam, CARD)))
        bareheaded = await call_service(identity.RenewToken, renew_token_request(session, via="phone"))
        hatted = await call_service(identity.RenewToken, renew_token_request(session, hat="secretary"))
        assert list(bareheaded.hats) == list(hatted.hats) == ["secretary"]
        request = pb.GetPersonRequest(person_id=str(ada))
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(identity.GetPerson, request, bareheaded.token)
        assert (await call_service(identity.GetPerson, request, hatted.token)).person.person_id == str(ada)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(identity.RenewToken, renew_token_request(session, hat="operator"))
        with pytest.raises(Invalid, match="VIA_UNKNOWN"):
            await call_service(identity.RenewToken, renew_token_request(session, via="system"))


async def test_a_session_that_was_signed_out_or_is_not_ones_own_renews_nothing(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        identity = co_op.stub(IdentityServiceStub)
        session = await call_service(identity.SignIn, pb.SignInRequest(code=await issue_code(co_op, sam, sam, CARD)))
        for stranger in (
            pb.RenewTokenRequest(session_id=session.session_id, session_key="a guess"),
            pb.RenewTokenRequest(session_id=str(new_id()), session_key=session.session_key),
            pb.RenewTokenRequest(session_id="no session", session_key=session.session_key),
        ):
            with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
                await call_service(identity.RenewToken, stranger)
        await call_service(identity.SignOut, pb.SignOutRequest(session_id=session.session_id, session_key="a guess"))
        assert (await call_service(identity.RenewToken, renew_token_request(session))).token
        leaving = pb.SignOutRequest(session_id=session.session_id, session_key=session.session_key)
        await call_service(identity.SignOut, leaving)
        await call_service(identity.SignOut, leaving)
        with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
            await call_service(identity.RenewToken, renew_token_request(session))


async def test_a_forged_or_expired_token_identifies_nobody(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        identity, asked = co_op.stub(IdentityServiceStub), pb.GetPersonRequest(person_id=str(sam))
        forged = tokens.issue_token(Ed25519PrivateKey.generate(), person(sam, hat="secretary"), datetime.now(UTC))
        good = co_op.token(sam)
        swapped = f"{co_op.token(sam, hat='secretary').split('.')[0]}.{good.split('.')[1]}"
        for token in (forged, swapped, "no token", "."):
            with pytest.raises(NotSignedIn, match="TOKEN_FORGED"):
                await call_service(identity.GetPerson, asked, token)
        await co_op.move_clock(5 * 60)
        with pytest.raises(NotSignedIn, match="TOKEN_EXPIRED"):
            await call_service(identity.GetPerson, asked, good)


async def test_the_database_itself_hides_codes_passwords_and_sessions(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        await set_password(co_op, sam, ada, "a good password")
        everybody, secretary, owner, machinery = person(new_id()), person(sam, hat="secretary"), person(ada), job("sign_in")
        seen = {"sign_in_code": (0, 1, 1, 1), "session": (0, 1, 1, 1), "password": (0, 0, 1, 1)}
        for table, rows in seen.items():
            for caller, number in zip((everybody, secretary, owner, machinery), rows, strict=True):
                async with co_op.database_transaction("identity", caller=caller) as connection:
                    assert await connection.fetchval(f"select count(*) from {table}") == number, (table, caller)  # noqa: S608 - names from this file
