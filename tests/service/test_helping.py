"""Sessions on shared devices, and sessions in which somebody helps: what they may do, what is written down, and how they end."""

from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from kith.identity.facts.v1.facts_pb2 import HelpBegan, SessionsEnded, SignedInOnNewDevice
from kith.identity.v1 import helping_pb2 as helping
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1 import recovery_pb2 as recovery
from kith.identity.v1 import relationships_pb2 as relationships
from kith.identity.v1.helping_pb2_grpc import HelpingServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.record_pb2_grpc import RecordServiceStub
from kith.identity.v1.recovery_pb2_grpc import RecoveryServiceStub
from kith.identity.v1.relationships_pb2_grpc import RelationshipServiceStub
from libs import callers
from libs.callers import CallerChannel, tokens
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.database.engine import new_id
from libs.refusals import Invalid, NotAllowed, NotSignedIn
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

CARD = pb.CODE_KIND_CARD
MINUTE = 60


class Neighbours:
    """Sam, the secretary, gives out cards; Bo helps Ada."""

    def __init__(self, co_op: RunningCoOp, sam: UUID, ada: UUID, bo: UUID) -> None:
        self.co_op, self.sam, self.ada, self.bo = co_op, sam, ada, bo
        self.identity, self.helping = co_op.stub(IdentityServiceStub), co_op.stub(HelpingServiceStub)

    async def card(self, person: UUID) -> str:
        request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=CARD)
        return str((await call_service(self.identity.IssueSignInCode, request, self.co_op.token(self.sam, hat="secretary"))).code)

    async def sign_in(self, person: UUID, use: "pb.DeviceUse.ValueType" = pb.DEVICE_USE_OWN, browser: str = "") -> pb.SignInResponse:
        request = pb.SignInRequest(code=await self.card(person), device_use=use, device_kind=pb.DEVICE_KIND_PHONE, browser=browser)
        return await call_service(self.identity.SignIn, request)

    async def help(self, helper: UUID, code: str, browser: str = "") -> helping.BeginHelpingResponse:
        own = await self.sign_in(helper)
        request = helping.BeginHelpingRequest(code=code, kind=pb.HELP_KIND_FILLS_IN, browser=browser)
        return await call_service(self.helping.BeginHelping, request, own.token)

    async def renew(self, session: pb.SignInResponse | helping.BeginHelpingResponse, **wanted: str) -> pb.RenewTokenResponse:
        request = pb.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key, **wanted)
        return await call_service(self.identity.RenewToken, request)

    async def rows(self, sql: str, *values: object) -> list[dict[str, object]]:
        async with self.co_op.database_transaction("identity", owner=True, caller=callers.job("tests")) as connection:
            return [dict(row) for row in await connection.fetch(sql, *values)]


@pytest.fixture
async def neighbours(infrastructure: Infrastructure) -> AsyncIterator[Neighbours]:
    async with running_co_op(infrastructure, "identity") as co_op:
        yield Neighbours(co_op, *await co_op.register_people("Sam Sample", "Ada Ample", "Bo Example"))


async def test_a_session_on_a_shared_device_ends_after_an_hour_or_when_web_says_that_it_is_quiet(neighbours: Neighbours) -> None:
    shared, own = await neighbours.sign_in(neighbours.ada, pb.DEVICE_USE_UNSPECIFIED), await neighbours.sign_in(neighbours.ada)
    assert (shared.quiet_seconds, own.quiet_seconds) == (900, 0)
    lasts = shared.session_expires_at.ToDatetime(tzinfo=UTC) - neighbours.co_op.now()
    assert timedelta(minutes=59) < lasts <= timedelta(hours=1)

    quiet, web = await neighbours.sign_in(neighbours.ada, pb.DEVICE_USE_SHARED), _web_token(neighbours.co_op)
    request = helping.EndQuietSessionsRequest(session_ids=[quiet.session_id, own.session_id])
    with pytest.raises(NotAllowed):
        await call_service(neighbours.helping.EndQuietSessions, request, own.token)
    assert (await call_service(neighbours.helping.EndQuietSessions, request, web)).ended == 1, "their own device has no quiet time"
    assert (await call_service(neighbours.helping.EndQuietSessions, request, web)).ended == 0
    ended = SessionsEnded(person_id=str(neighbours.ada), session_ids=[quiet.session_id], why="quiet")
    assert ended in await neighbours.co_op.published_events("identity")
    with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
        await neighbours.renew(quiet)

    await neighbours.co_op.move_clock(61 * MINUTE)
    with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
        await neighbours.renew(shared)
    assert (await neighbours.renew(own)).token


async def test_a_sign_in_from_a_new_device_is_told_and_the_first_one_is_not(neighbours: Neighbours) -> None:
    for browser in ("phone", "phone", "library"):
        latest = await neighbours.sign_in(neighbours.ada, pb.DEVICE_USE_SHARED, browser)
    told = [event for event in await neighbours.co_op.published_events("identity") if isinstance(event, SignedInOnNewDevice)]
    assert told == [
        SignedInOnNewDevice(person_id=str(neighbours.ada), session_id=latest.session_id, device_kind="phone", device_use="shared")
    ]
    listed = await call_service(neighbours.identity.ListSessions, pb.ListSessionsRequest(), latest.token)
    assert {(one.device_use, one.device_kind, one.quiet_seconds) for one in listed.sessions} == {
        (pb.DEVICE_USE_SHARED, pb.DEVICE_KIND_PHONE, 900)
    }


@pytest.mark.capability("I5")
async def test_who_helps_is_in_the_token_the_events_and_the_list_of_the_person(neighbours: Neighbours) -> None:
    co_op, ada, bo = neighbours.co_op, neighbours.ada, neighbours.bo
    await neighbours.sign_in(ada, browser="ada's own")
    begun = await neighbours.help(bo, await neighbours.card(ada), browser="bo's")
    assert (begun.person_id, begun.quiet_seconds) == (str(ada), 900)
    token = (await neighbours.renew(begun, via="page")).token
    caller = tokens.TokenVerifier(co_op.infrastructure.keys.token_public).read(token, co_op.now())
    assert (caller.person, caller.helped_by, caller.via) == (ada, bo, CallerChannel.HELPER)

    fields = record.SetFieldsRequest(request_id=str(new_id()), person_id=str(ada))
    fields.fields.add(field="what_matters.good_day", text="Tea first.")
    await call_service(co_op.stub(RecordServiceStub).SetFields, fields, token)
    assert await neighbours.rows("select actor, helped_by from outbox where type like '%.RecordChanged'") == [
        {"actor": str(ada), "helped_by": str(bo)}
    ]

    events = await co_op.published_events("identity")
    assert HelpBegan(person_id=str(ada), helper_id=str(bo), session_id=begun.session_id, kind="fills_in") in events
    assert not [event for event in events if isinstance(event, SignedInOnNewDevice) and event.session_id == begun.session_id]
    assert len(await neighbours.rows("select 1 from known_browser where person = $1", ada)) == 1, "the helper's browser is not hers"
    [listed] = (await call_service(neighbours.helping.ListHelp, helping.ListHelpRequest(), co_op.token(ada))).help
    assert (listed.helper_id, listed.kind, listed.session_id, listed.is_over) == (
        str(bo), pb.HELP_KIND_FILLS_IN, begun.session_id, False,
    )  # fmt: skip
    assert not (await call_service(neighbours.helping.ListHelp, helping.ListHelpRequest(), co_op.token(bo))).help

    await call_service(neighbours.identity.EndSessions, pb.EndSessionsRequest(request_id=str(new_id()), session_id=begun.session_id), token)
    [over] = (await call_service(neighbours.helping.ListHelp, helping.ListHelpRequest(), co_op.token(ada))).help
    assert over.is_over and over.ended_at.ToDatetime(tzinfo=UTC) <= co_op.now()
    with pytest.raises(NotSignedIn, match="SESSION_ENDED"):
        await neighbours.renew(begun)


@pytest.mark.capability("I5")
async def test_a_helper_gains_nothing_that_lasts_and_wears_no_hat(neighbours: Neighbours) -> None:
    co_op, sam, bo = neighbours.co_op, neighbours.sam, neighbours.bo
    begun = await neighbours.help(bo, await neighbours.card(sam))
    renewed = await neighbours.renew(begun)
    assert not renewed.hats, "Sam is the secretary, and what a secretary sees is not for Bo"
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await neighbours.renew(begun, hat="secretary")
    with pytest.raises(NotAllowed, match="ACTING_ENDED"):
        await neighbours.renew(begun, acting_for=str(neighbours.ada))

    token, unique = renewed.token, str(new_id())
    identity, records = neighbours.identity, co_op.stub(RecordServiceStub)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        link = pb.IssueSignInCodeRequest(request_id=unique, person_id=str(sam), kind=pb.CODE_KIND_LINK)
        await call_service(identity.IssueSignInCode, link, token)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        await call_service(identity.SetPassword, pb.SetPasswordRequest(request_id=unique, password="heron kettle lantern"), token)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        await call_service(identity.RevokeSignInCodes, pb.RevokeSignInCodesRequest(request_id=unique, person_id=str(sam)), token)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        naming = recovery.NameRecoveryHelperRequest(request_id=unique, full_name="Bo Example")
        await call_service(co_op.stub(RecoveryServiceStub).NameRecoveryHelper, naming, token)
    ada, vouching = str(neighbours.ada), co_op.stub(RecoveryServiceStub)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        await call_service(vouching.AcceptRecoveryHelp, recovery.AcceptRecoveryHelpRequest(request_id=unique, person_id=ada), token)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        number = recovery.VouchForRecoveryRequest(request_id=unique, person_id=ada, spoken_number="123456")
        await call_service(vouching.VouchForRecovery, number, token)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        ending = recovery.EndRecoveryHelpRequest(request_id=unique, person_id=ada, helper_id=str(sam))
        await call_service(vouching.EndRecoveryHelp, ending, token)
    with pytest.raises(NotAllowed, match="NOT_WHILE_HELPED"):
        again = helping.BeginHelpingRequest(code=await neighbours.card(neighbours.ada), kind=pb.HELP_KIND_READS_OUT)
        await call_service(neighbours.helping.BeginHelping, again, token)
    with pytest.raises(NotAllowed, match="NOT_TO_YOUR_HELPER"):
        grant = record.GiveAccessRequest(request_id=unique, fields=["home.key_safe"])
        grant.audience.kind, grant.audience.person_id = record.AUDIENCE_KIND_PERSON, str(bo)
        await call_service(records.GiveAccess, grant, token)
    with pytest.raises(NotAllowed, match="NOT_TO_YOUR_HELPER"):
        acting = relationships.ProposeRelationshipRequest(
            request_id=unique,
            holder_name="Bo Example",
            kind=relationships.RELATIONSHIP_KIND_FRIEND,
            scopes=[relationships.ACTING_SCOPE_CONTACTS],
        )
        await call_service(co_op.stub(RelationshipServiceStub).ProposeRelationship, acting, token)


async def test_helping_needs_a_helper_who_is_signed_in_and_the_code_of_another_person(neighbours: Neighbours) -> None:
    card = await neighbours.card(neighbours.ada)
    request = helping.BeginHelpingRequest(code=card, kind=pb.HELP_KIND_FILLS_IN)
    with pytest.raises(NotSignedIn):
        await call_service(neighbours.helping.BeginHelping, request)
    with pytest.raises(NotAllowed, match="PERSON_NEEDED"):
        await call_service(neighbours.helping.BeginHelping, request, neighbours.co_op.token(neighbours.bo))
    with pytest.raises(Invalid, match="HELP_YOURSELF"):
        await neighbours.help(neighbours.ada, card)
    with pytest.raises(Invalid, match="HELP_CODE_WRONG"), capture_logs() as lines:
        await neighbours.help(neighbours.bo, "7K3M-9QWD-2XTR-5HVA")
    [failed] = [line for line in lines if line.get("kind") == "sign_in_failed"]
    assert (failed["how"], failed["helper"]) == ("code", str(neighbours.bo)), "who guesses codes as a helper is seen"
    own = await neighbours.sign_in(neighbours.bo)
    with pytest.raises(Invalid, match="HELP_KIND_MISSING"):
        await call_service(neighbours.helping.BeginHelping, helping.BeginHelpingRequest(code=card), own.token)


async def test_a_hat_is_given_only_soon_after_signing_in(neighbours: Neighbours) -> None:
    session = await neighbours.sign_in(neighbours.sam)
    await neighbours.co_op.move_clock(31 * MINUTE)
    token = (await neighbours.renew(session, hat="secretary")).token
    request = pb.GiveHatRequest(request_id=str(new_id()), person_id=str(neighbours.bo), hat="operator")
    with pytest.raises(NotSignedIn, match="SIGN_IN_AGAIN"):
        await call_service(neighbours.identity.GiveHat, request, token)
    fresh = await neighbours.renew(await neighbours.sign_in(neighbours.sam), hat="secretary")
    await call_service(neighbours.identity.GiveHat, request, fresh.token)


def _web_token(co_op: RunningCoOp) -> str:
    return ServiceTokenIssuer(co_op.infrastructure.keys_folder / "tls", "web", co_op.now).token()
