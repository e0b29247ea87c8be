"""A co-op that admits members over the real API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import AdoptedClass, RulebookAdopted
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op

CLASSES = {"worker": True, "supporter": True, "investor": False}


async def publish_rulebook_adopted(publisher: EventPublisher, classes: dict[str, bool] = CLASSES, rulebook_hash: str = "11" * 32) -> None:
    """Publishes, as governance, that these classes are in force and which of them vote."""
    decision = str(new_id())
    adopted = [AdoptedClass(key=key, votes=votes) for key, votes in classes.items()]
    await publisher.publish((RulebookAdopted(rulebook_hash=rulebook_hash, decision_id=decision, classes=adopted), decision))


def make_admission(person: UUID, member_class: str = "worker", **other: str) -> pb.Admission:
    """An admission row that is valid unless `other` makes it invalid."""
    row = pb.Admission(person_id=str(person), member_class=member_class, register_name="As Entered", register_address="1 Example Row")
    row.MergeFrom(pb.Admission(**other))
    return row


async def admit_members(
    co_op: RunningCoOp, secretary: str, rows: Sequence[pb.Admission], *, validate_only: bool = False
) -> list[pb.Admitted]:
    """Admits these rows and returns the result of each."""
    stub = co_op.stub(MembershipServiceStub)
    request = pb.AdmitMembersRequest(request_id=str(new_id()), admissions=rows, validate_only=validate_only)
    return list((await call_service(stub.AdmitMembers, request, secretary)).members)


@asynccontextmanager
async def membership_co_op(
    infrastructure: Infrastructure, *names: str, zone: str = "Europe/London"
) -> AsyncIterator[tuple[RunningCoOp, EventPublisher, list[UUID]]]:
    """Runs identity and membership with these people registered, the first as secretary, and an adopted rulebook."""
    async with (
        running_co_op(infrastructure, "identity", "membership", membership={"zone": zone}) as co_op,
        event_publisher(co_op, "governance") as governance,
    ):
        people = await co_op.register_people(*names)
        await publish_rulebook_adopted(governance)
        await co_op.wait_until_consumed("membership", "identity")
        await co_op.wait_until_consumed("membership", "governance")
        yield co_op, governance, people
