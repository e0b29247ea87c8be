"""What identity took from somebody, and an older copy of its database does not know of, is taken again from the real tables."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from google.protobuf.message import Message

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import consent_pb2 as consents
from kith.identity.v1 import credentials_pb2 as credentials
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import recovery_pb2
from kith.identity.v1.consent_pb2_grpc import ConsentServiceStub
from kith.identity.v1.credentials_pb2_grpc import CredentialServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.messages.envelope import Event, type_of
from libs.refusals import NotSignedIn
from libs.rpc.client import call_service
from services.identity.reactions.lost_events import LOST_EVENT_HANDLERS
from tests.service.test_identity_recovery import refusal_of
from tests.support.recovery import Recovery
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op


class OlderCopy:
    """A co-op whose identity is told of its own events again. Sam is the secretary."""

    def __init__(self, co_op: RunningCoOp, sam: UUID, ada: UUID, kim: UUID, bo: UUID) -> None:
        self.co_op, self.sam, self.ada, self.kim, self.bo = co_op, sam, ada, kim, bo

    @property
    def secretary(self) -> str:
        return self.co_op.token(self.sam, hat="secretary")

    async def take_again(self, lost: Message, actor: str) -> None:
        event = Event(new_id(), "identity", 1, type_of(lost), self.co_op.now(), actor, "", lost.SerializeToString())
        database = Database(self.co_op.databases["identity"].run_url)
        try:
            async with database.work(callers.reaction("identity"), self.co_op.now(), "lost_events") as work:
                await LOST_EVENT_HANDLERS[event.type](work, event)
        finally:
            await database.close()

    async def count(self, published: Message) -> int:
        """How many events say what this one says."""
        fields = published.ListFields()
        events = [event for event in await self.co_op.published_events("identity") if isinstance(event, type(published))]
        return len([event for event in events if all(getattr(event, field.name) == value for field, value in fields)])


@pytest.fixture
async def older_copy(infrastructure: Infrastructure) -> AsyncIterator[OlderCopy]:
    async with running_co_op(infrastructure, "identity") as co_op:
        yield OlderCopy(co_op, *await co_op.register_people("Sam Sample", "Ada Example", "Kim Example", "Bo Example"))


async def test_a_credential_is_revoked_again_also_where_no_person_did_it(older_copy: OlderCopy) -> None:
    stub, ada = older_copy.co_op.stub(CredentialServiceStub), str(older_copy.ada)
    for actor in (str(older_copy.sam), "reaction:identity", ""):
        add = credentials.AddCredentialRequest(
            request_id=str(new_id()), person_id=ada, kind="dbs", issued_on="2026-01-31", note="Paper seen at the office."
        )
        credential = (await call_service(stub.AddCredential, add, older_copy.co_op.token(older_copy.ada))).credential_id
        verify = credentials.VerifyCredentialRequest(request_id=str(new_id()), credential_id=credential, version=1)
        await call_service(stub.VerifyCredential, verify, older_copy.secretary)
        await older_copy.take_again(facts.CredentialRevoked(person_id=ada, credential_id=credential, kind="dbs"), actor)
        shown = await call_service(stub.GetCredential, credentials.GetCredentialRequest(credential_id=credential), older_copy.secretary)
        assert shown.credential.state == credentials.CREDENTIAL_STATE_REVOKED, actor


async def test_a_consent_ends_again_and_a_newer_one_about_the_same_goes_on(older_copy: OlderCopy) -> None:
    co_op, ada, own = older_copy.co_op, str(older_copy.ada), older_copy.co_op.token(older_copy.ada)
    stub = co_op.stub(ConsentServiceStub)

    async def agree() -> str:
        request = consents.RecordConsentRequest(
            request_id=str(new_id()), person_id=ada, decision=consents.CONSENT_DECISION_SIGN_IN_HELP,
            answer=consents.CONSENT_ANSWER_YES, explained=[consents.EXPLANATION_SPOKEN],
        )  # fmt: skip
        return str((await call_service(stub.RecordConsent, request, own)).consent_id)

    async def shown(consent: str) -> consents.ConsentEntry:
        response: consents.GetConsentsResponse = await call_service(stub.GetConsents, consents.GetConsentsRequest(person_id=ada), own)
        [entry] = [entry for entry in response.entries if entry.consent_id == consent]
        return entry

    replaced, standing = await agree(), await agree()
    await older_copy.take_again(facts.ConsentEnded(consent_id=replaced, person_id=ada, decision="sign_in_help"), ada)
    assert (await shown(standing)).state == consents.CONSENT_STATE_IN_FORCE
    for _ in range(2):
        await older_copy.take_again(facts.ConsentEnded(consent_id=standing, person_id=ada, decision="sign_in_help"), ada)
    ended = await shown(standing)
    assert (ended.state, ended.withdrawal_cause) == (consents.CONSENT_STATE_WITHDRAWN, consents.WITHDRAWAL_CAUSE_OLDER_COPY)
    assert (await older_copy.count(facts.ConsentEnded(consent_id=standing))) == 1


async def test_a_hat_given_again_is_told_once_and_a_merged_entry_gets_none(older_copy: OlderCopy) -> None:
    given = facts.HatGiven(person_id=str(older_copy.ada), hat="scrutineer")
    for _ in range(2):
        await older_copy.take_again(given, "")
    assert await older_copy.count(given) == 1
    merge = identity.MergePersonsRequest(
        request_id=str(new_id()), kept_person_id=str(older_copy.kim), other_person_id=str(older_copy.bo), reason="one person"
    )
    await call_service(older_copy.co_op.stub(IdentityServiceStub).MergePersons, merge, older_copy.secretary)
    merged = facts.HatGiven(person_id=str(older_copy.bo), hat="operator")
    await older_copy.take_again(merged, "")
    assert await older_copy.count(merged) == 0


async def test_a_recovery_that_was_stopped_or_used_does_not_go_on(older_copy: OlderCopy) -> None:
    recovery, ada, kim, bo = Recovery(older_copy.co_op), older_copy.ada, older_copy.kim, older_copy.bo
    await recovery.prepare(ada, kim=kim, bo=bo)
    for lost in (facts.RecoveryStopped(person_id=str(ada)), facts.PersonRecovered(person_id=str(ada), helper_ids=[str(kim), str(bo)])):
        key = await recovery.ask("Ada Example")
        number = (await recovery.look(key)).spoken_number
        for helper in (kim, bo):
            await recovery.vouch(helper, ada, number)
        assert (await recovery.look(key)).state == recovery_pb2.RECOVERY_STATE_READY
        await older_copy.take_again(lost, str(ada))
        assert await refusal_of(recovery.finish(key)) == (NotSignedIn, "RECOVERY_NOT_READY")
    assert await older_copy.count(facts.RecoveryStopped(person_id=str(ada))) == 1


async def test_a_link_does_not_bring_back_who_signed_out_everywhere(older_copy: OlderCopy) -> None:
    stub, ada = older_copy.co_op.stub(IdentityServiceStub), str(older_copy.ada)
    links = [(await call_service(stub.IssueSignInCode, _link_for(ada), older_copy.secretary)).code for _ in range(2)]
    session = await call_service(stub.SignIn, identity.SignInRequest(code=links[0]))
    await older_copy.take_again(facts.SessionsEnded(person_id=ada, session_ids=[session.session_id], why="everywhere"), ada)
    assert await refusal_of(call_service(stub.SignIn, identity.SignInRequest(code=links[1]))) == (NotSignedIn, "SIGN_IN_FAILED")


def _link_for(person: str) -> identity.IssueSignInCodeRequest:
    return identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=person, kind=identity.CODE_KIND_LINK)
