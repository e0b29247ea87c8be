"""A co-op with members, over the real API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import AdoptedClass, RulebookAdopted
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.rpc.client import ask
from tests.support.running import CoOp, Kith, Voice, running, voice_of

CLASSES = {"worker": True, "supporter": True, "investor": False}


async def adopt(voice: Voice, classes: dict[str, bool] = CLASSES, rulebook_hash: str = "11" * 32) -> None:
    """Lets governance's voice say that these classes are in force, and which of them vote."""
    decision = str(new_id())
    adopted = [AdoptedClass(key=key, votes=votes) for key, votes in classes.items()]
    await voice.state((RulebookAdopted(rulebook_hash=rulebook_hash, decision_id=decision, classes=adopted), decision))


def an_admission(person: UUID, member_class: str = "worker", **other: str) -> pb.Admission:
    """A row that is taken unless `other` says something wrong."""
    row = pb.Admission(person_id=str(person), member_class=member_class, register_name="As Entered", register_address="1 Example Row")
    row.MergeFrom(pb.Admission(**other))
    return row


async def admit(co_op: CoOp, secretary: str, rows: Sequence[pb.Admission], *, validate_only: bool = False) -> list[pb.Admitted]:
    """Each row's answer."""
    stub = co_op.stub(MembershipServiceStub)
    asked = pb.AdmitMembersRequest(request_id=str(new_id()), admissions=rows, validate_only=validate_only)
    return list((await ask(stub.AdmitMembers, asked, secretary)).members)


@asynccontextmanager
async def a_co_op_with_rules(kith: Kith, *names: str, zone: str = "Europe/London") -> AsyncIterator[tuple[CoOp, Voice, list[UUID]]]:
    """Identity and membership running, these people registered, the first of them secretary, and rules in force."""
    async with running(kith, "identity", "membership", membership={"zone": zone}) as co_op, voice_of(co_op, "governance") as governance:
        people = await co_op.found(*names)
        await adopt(governance)
        await co_op.heard("membership", "identity")
        await co_op.heard("membership", "governance")
        yield co_op, governance, people
