"""What identity took from somebody, and an older copy of its database does not know of, is taken again from the real tables."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from google.protobuf.message import Message

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import credentials_pb2 as credentials
from kith.identity.v1.credentials_pb2_grpc import CredentialServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.messages.envelope import Event, type_of
from libs.rpc.client import call_service
from services.identity.reactions.lost_events import LOST_EVENT_HANDLERS
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
