"""Passkeys, with the real service and a device that signs for real."""

import asyncio
from collections.abc import Awaitable
from uuid import UUID

import pytest

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1 import passkeys_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.passkeys_pb2_grpc import PasskeyServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.messages.envelope import Event, type_of
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, TooMany
from libs.rpc.client import call_service
from services.identity.domain import passkey_pace
from services.identity.reactions.lost_events import LOST_EVENT_HANDLERS
from tests.support.recovery import Recovery
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op
from tests.support.software_passkey import SoftwarePasskey

MINUTE = 60
HERS = "her browser"


class Passkeys:
    """Calls of one co-op's passkeys, in the words of the people who make them."""

    def __init__(self, co_op: RunningCoOp) -> None:
        self.co_op = co_op
        self.stub = co_op.stub(PasskeyServiceStub)
        self.identity = co_op.stub(IdentityServiceStub)

    async def sign_in_by_card(self, person: UUID, secretary: UUID) -> str:
        """The person's token."""
        issue = ident.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=ident.CODE_KIND_CARD)
        code = (await call_service(self.identity.IssueSignInCode, issue, self.co_op.token(secretary, hat="secretary"))).code
        return str((await call_service(self.identity.SignIn, ident.SignInRequest(code=code, browser="by card"))).token)

    async def begin_adding(self, token: str) -> str:
        begun = await call_service(self.stub.BeginPasskeyRegistration, pb.BeginPasskeyRegistrationRequest(), token)
        return str(begun.options_json)

    async def finish_adding(self, token: str, credential: str, name: str = "My phone", request_id: str = "") -> str:
        request = pb.FinishPasskeyRegistrationRequest(request_id=request_id or str(new_id()), credential_json=credential, name=name)
        return str((await call_service(self.stub.FinishPasskeyRegistration, request, token)).passkey_id)

    async def add(self, token: str, device: SoftwarePasskey) -> str:
        return await self.finish_adding(token, device.create(await self.begin_adding(token)))

    async def begin(self, browser: str = HERS, client: str = "192.0.2.1") -> str:
        request = pb.BeginPasskeySignInRequest(browser=browser, client_address=client)
        return str((await call_service(self.stub.BeginPasskeySignIn, request)).options_json)

    async def finish(self, credential: str, browser: str = HERS) -> pb.FinishPasskeySignInResponse:
        return await call_service(self.stub.FinishPasskeySignIn, pb.FinishPasskeySignInRequest(credential_json=credential, browser=browser))

    async def sign_in(self, device: SoftwarePasskey) -> pb.FinishPasskeySignInResponse:
        return await self.finish(device.get(await self.begin()))

    async def token_of(self, session: pb.FinishPasskeySignInResponse) -> str:
        request = ident.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key)
        return str((await call_service(self.identity.RenewToken, request)).token)

    async def listed(self, token: str) -> list[pb.Passkey]:
        return list((await call_service(self.stub.GetPasskeys, pb.GetPasskeysRequest(), token)).passkeys)

    async def remove(self, token: str, passkey: str) -> None:
        await call_service(self.stub.RemovePasskey, pb.RemovePasskeyRequest(request_id=str(new_id()), passkey_id=passkey), token)


async def refusal_of(call: Awaitable[object]) -> tuple[type[Refusal], str]:
    with pytest.raises(Refusal) as refused:
        await call
    return type(refused.value), refused.value.reason


REFUSED = (NotSignedIn, "PASSKEY_REFUSED")
WRONG = (Invalid, "PASSKEY_WRONG")


async def test_a_passkey_is_added_named_used_and_removed(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys, device = Passkeys(co_op), SoftwarePasskey()
        token = await passkeys.sign_in_by_card(ada, sam)
        request_id, credential = str(new_id()), device.create(await passkeys.begin_adding(token))
        passkey = await passkeys.finish_adding(token, credential, request_id=request_id)
        assert await passkeys.finish_adding(token, credential, request_id=request_id) == passkey, "the same command twice"
        assert await refusal_of(passkeys.finish_adding(token, credential, "Other", request_id)) == (Conflict, "REQUEST_ID_REUSED")
        assert await refusal_of(passkeys.finish_adding(token, credential)) == WRONG, "a challenge is taken once"
        assert await refusal_of(passkeys.add(token, device)) == (AlreadyExists, "PASSKEY_KNOWN")
        assert [(entry.name, entry.HasField("last_used_at"), entry.synced) for entry in await passkeys.listed(token)] == [
            ("My phone", False, False)
        ]

        session = await passkeys.sign_in(device)
        assert session.person_id == str(ada)
        by_passkey = await passkeys.token_of(session)
        sessions = await call_service(passkeys.identity.ListSessions, ident.ListSessionsRequest(), by_passkey)
        assert {entry.strength for entry in sessions.sessions} == {"card", "passkey"}
        rename = pb.RenamePasskeyRequest(request_id=str(new_id()), passkey_id=passkey, name=" My  old phone ")
        await call_service(passkeys.stub.RenamePasskey, rename, token)
        assert [(entry.name, entry.HasField("last_used_at")) for entry in await passkeys.listed(token)] == [("My old phone", True)]

        stranger = co_op.token(sam)
        assert await passkeys.listed(stranger) == []
        assert await refusal_of(passkeys.remove(stranger, passkey)) == (NotFound, "PASSKEY_UNKNOWN"), "it is not theirs"
        await passkeys.remove(token, passkey)
        assert await refusal_of(passkeys.remove(token, passkey)) == (NotFound, "PASSKEY_UNKNOWN")
        assert await refusal_of(passkeys.token_of(session)) == (NotSignedIn, "SESSION_ENDED"), "who has the device may be anybody"
        assert await passkeys.listed(token) == [], "the session by card goes on"
        assert await refusal_of(passkeys.sign_in(device)) == REFUSED
        events = await co_op.published_events("identity")
        ids = {"person_id": str(ada), "passkey_id": passkey}
        assert facts.PasskeyAdded(**ids) in events
        assert facts.PasskeyRemoved(**ids, why="chosen") in events
        assert facts.SessionsEnded(person_id=str(ada), session_ids=[session.session_id], why="passkey") in events


async def test_an_answer_signs_in_once_in_its_browser_in_its_time_for_its_site(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys, device = Passkeys(co_op), SoftwarePasskey()
        token = await passkeys.sign_in_by_card(ada, sam)
        await passkeys.add(token, device)

        shown = device.get(await passkeys.begin())
        answers = await asyncio.gather(*(passkeys.finish(shown) for _ in range(4)), return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["FinishPasskeySignInResponse", *["NotSignedIn"] * 3]
        assert await refusal_of(passkeys.finish(shown)) == REFUSED, "replayed"
        assert await refusal_of(passkeys.finish(device.get(await passkeys.begin()), "another browser")) == REFUSED
        assert await refusal_of(passkeys.finish(device.get(await passkeys.begin()), "")) == REFUSED
        assert await refusal_of(passkeys.finish(device.get(await passkeys.begin_adding(token)))) == REFUSED, "a challenge to add"
        assert await refusal_of(passkeys.finish_adding(token, SoftwarePasskey().create(await add_options(passkeys, token)))) == WRONG
        invented = device.get('{"challenge": "AAAA"}')
        assert await refusal_of(passkeys.finish(invented)) == REFUSED
        for wrong in ({"site": "evil.example", "origin": "https://evil.example"}, {"origin": "http://localhost:9"}, {"verified": False}):
            other = SoftwarePasskey(**vars(device) | wrong)
            assert await refusal_of(passkeys.finish(other.get(await passkeys.begin()))) == REFUSED, wrong
        unknown = SoftwarePasskey(user_handle=device.user_handle)
        assert await refusal_of(passkeys.finish(unknown.get(await passkeys.begin()))) == REFUSED
        swapped = SoftwarePasskey(**vars(device) | {"user_handle": b"somebody else", "counter": 100})
        assert await refusal_of(passkeys.finish(swapped.get(await passkeys.begin()))) == REFUSED
        mended = await passkeys.begin()
        assert await refusal_of(passkeys.finish(device.get(mended, signature="AAAA"))) == REFUSED
        assert await refusal_of(passkeys.finish(device.get(mended))) == REFUSED, "a wrong answer uses the challenge up"
        late = await passkeys.begin()
        await co_op.move_clock(5 * MINUTE)
        assert await refusal_of(passkeys.finish(device.get(late))) == REFUSED
        assert (await passkeys.sign_in(device)).person_id == str(ada)
        stored = await co_op.all_rows("identity", "passkey_challenge")
        assert stored
        assert not [row for row in stored if any(isinstance(value, bytes) and value in late.encode() for value in row)]


async def add_options(passkeys: Passkeys, token: str) -> str:
    """A challenge to sign in, in the form of one to add."""
    challenge = (await passkeys.begin()).partition('"challenge": "')[2].partition('"')[0]
    return (await passkeys.begin_adding(token)).partition('"challenge": "')[0] + f'"challenge": "{challenge}"}}'


async def test_only_who_just_signed_in_adds_a_passkey_in_this_session(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys = Passkeys(co_op)
        first, second = [await passkeys.sign_in_by_card(ada, sam) for _ in range(2)]
        others = await passkeys.sign_in_by_card(sam, sam)
        begun = await passkeys.begin_adding(first)
        for token in (second, others):
            assert await refusal_of(passkeys.finish_adding(token, SoftwarePasskey().create(begun))) == WRONG, "another's challenge"
        assert await refusal_of(passkeys.begin_adding(co_op.token(ada))) == (NotSignedIn, "SESSION_ENDED"), "no session"
        assert await refusal_of(passkeys.begin_adding(co_op.token(ada, acting_for=sam))) == (NotAllowed, "NOT_WHILE_ACTING")
        for wrong in ({"site": "evil.example", "origin": "https://evil.example"}, {"origin": "http://localhost:9"}, {"verified": False}):
            assert await refusal_of(passkeys.add(first, SoftwarePasskey(**wrong))) == WRONG, wrong
        shared = SoftwarePasskey()
        await passkeys.add(first, shared)
        assert await refusal_of(passkeys.add(others, shared)) == (AlreadyExists, "PASSKEY_KNOWN"), "a device's secret of somebody else"
        devices = [SoftwarePasskey() for _ in range(9)]
        for device in devices:
            await passkeys.add(first, device)
        assert await refusal_of(passkeys.begin_adding(first)) == (FailedPrecondition, "PASSKEYS_FULL")
        session = await passkeys.sign_in(devices[-1])
        await co_op.move_clock(30 * MINUTE)
        assert await refusal_of(passkeys.begin_adding(await passkeys.token_of(session))) == (NotSignedIn, "SIGN_IN_AGAIN")


async def test_a_counter_that_goes_back_is_refused_and_told_and_synced_passkeys_have_none(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys, device, synced = Passkeys(co_op), SoftwarePasskey(), SoftwarePasskey(synced=True)
        token = await passkeys.sign_in_by_card(ada, sam)
        passkey, _ = await passkeys.add(token, device), await passkeys.add(token, synced)
        await passkeys.sign_in(device)
        copy = SoftwarePasskey(**vars(device))
        await passkeys.sign_in(device)
        assert await refusal_of(passkeys.sign_in(copy)) == REFUSED, "the same number again"
        assert facts.PasskeyCopySuspected(person_id=str(ada), passkey_id=passkey) in await co_op.published_events("identity")
        for _ in range(2):
            assert (await passkeys.sign_in(synced)).person_id == str(ada)
        assert (await passkeys.sign_in(device)).person_id == str(ada), "the owner's own goes on"


async def test_a_passkey_whose_removal_was_lost_with_the_database_is_removed_again(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys, device, another = Passkeys(co_op), SoftwarePasskey(), SoftwarePasskey()
        token = await passkeys.sign_in_by_card(ada, sam)
        passkey, _ = await passkeys.add(token, device), await passkeys.add(token, another)
        lost = facts.PasskeyRemoved(person_id=str(ada), passkey_id=passkey, why="chosen")
        event = Event(new_id(), "identity", 1, type_of(lost), co_op.now(), str(ada), "", lost.SerializeToString())
        database = Database(co_op.databases["identity"].run_url)
        for _ in range(2):
            async with database.work(callers.job("lost events"), co_op.now()) as work:
                await LOST_EVENT_HANDLERS[event.type](work, event)
        await database.close()
        assert await refusal_of(passkeys.sign_in(device)) == REFUSED
        assert (await passkeys.sign_in(another)).person_id == str(ada)
        assert (await co_op.published_events("identity")).count(lost) == 1, "told once, also to itself"


async def test_passkeys_end_with_the_entry_and_when_a_card_is_lost(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada, adah = await co_op.register_people("Sam Example", "Ada Example", "Adah Example")
        passkeys, hers, twins = Passkeys(co_op), SoftwarePasskey(), SoftwarePasskey()
        token, twin_token = await passkeys.sign_in_by_card(ada, sam), await passkeys.sign_in_by_card(adah, sam)
        passkey, twin = await passkeys.add(token, hers), await passkeys.add(twin_token, twins)
        begun = await passkeys.begin_adding(twin_token)
        merge = ident.MergePersonsRequest(request_id=str(new_id()), kept_person_id=str(ada), other_person_id=str(adah), reason="one person")
        secretary = co_op.token(sam, hat="secretary")
        await call_service(passkeys.identity.MergePersons, merge, secretary)
        assert await refusal_of(passkeys.sign_in(twins)) == REFUSED
        assert await refusal_of(passkeys.finish_adding(twin_token, SoftwarePasskey().create(begun))) == (NotSignedIn, "SESSION_ENDED")
        assert (await passkeys.sign_in(hers)).person_id == str(ada), "the entry in use has its own"

        lost = ident.RevokeSignInCodesRequest(request_id=str(new_id()), person_id=str(ada))
        await call_service(passkeys.identity.RevokeSignInCodes, lost, secretary)
        assert await refusal_of(passkeys.sign_in(hers)) == REFUSED
        events = await co_op.published_events("identity")
        assert facts.PasskeyRemoved(person_id=str(adah), passkey_id=twin, why="merged") in events
        assert facts.PasskeyRemoved(person_id=str(ada), passkey_id=passkey, why="revoked") in events


async def test_passkeys_end_with_all_earlier_ways_when_two_people_give_a_sign_in_back(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada, kim, bo = await co_op.register_people("Sam Example", "Ada Example", "Kim Example", "Bo Example")
        passkeys, recovery, device = Passkeys(co_op), Recovery(co_op), SoftwarePasskey()
        passkey = await passkeys.add(await passkeys.sign_in_by_card(ada, sam), device)
        await recovery.prepare(ada, kim=kim, bo=bo)
        key = await recovery.ask("Ada Example")
        number = (await recovery.look(key)).spoken_number
        for helper in (kim, bo):
            await recovery.vouch(helper, ada, number)
        assert (await passkeys.sign_in(device)).person_id == str(ada), "until the recovery is finished"
        await recovery.finish(key)
        assert await refusal_of(passkeys.sign_in(device)) == REFUSED
        assert facts.PasskeyRemoved(person_id=str(ada), passkey_id=passkey, why="recovered") in await co_op.published_events("identity")


async def test_who_asks_too_often_waits_and_a_browser_that_is_known_does_not(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys, device = Passkeys(co_op), SoftwarePasskey()
        await passkeys.add(await passkeys.sign_in_by_card(ada, sam), device)
        await passkeys.sign_in(device)
        at_once = await asyncio.gather(*(passkeys.begin("a stranger's browser") for _ in range(33)), return_exceptions=True)
        assert len([answer for answer in at_once if isinstance(answer, str)]) == 29, "those that ask at the same moment are all counted"
        assert await refusal_of(passkeys.begin("another of theirs")) == (TooMany, "PASSKEYS_TOO_OFTEN")
        assert (await passkeys.sign_in(device)).person_id == str(ada), "in the same network"
        await passkeys.begin("a stranger's browser", client="198.51.100.9")
        assert await refusal_of(passkeys.begin("")) == REFUSED, "nobody could answer it"

        await co_op.move_clock(10 * MINUTE)
        monkeypatch.setattr(passkey_pace, "_NEW_CLIENTS", 2)
        for _ in range(3):
            await passkeys.begin(HERS)
        await passkeys.begin("another of theirs")
        await passkeys.begin("another's", client="198.51.100.9")
        assert await refusal_of(passkeys.begin("another's", client="203.0.113.5")) == (TooMany, "PASSKEYS_TOO_OFTEN")
        assert (await passkeys.sign_in(device)).person_id == str(ada), "a flood of new ones keeps no known browser out"


async def test_a_co_op_without_a_name_of_its_own_has_no_passkeys(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity", identity={"public_url": "http://127.0.0.1:8400"}) as co_op:
        sam, ada = await co_op.register_people("Sam Example", "Ada Example")
        passkeys = Passkeys(co_op)
        impossible = (FailedPrecondition, "PASSKEYS_IMPOSSIBLE")
        assert await refusal_of(passkeys.begin()) == impossible
        assert await refusal_of(passkeys.begin_adding(await passkeys.sign_in_by_card(ada, sam))) == impossible
        assert await refusal_of(passkeys.finish(SoftwarePasskey().get('{"challenge": "AAAA"}'))) == REFUSED
