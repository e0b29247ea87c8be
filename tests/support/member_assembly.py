"""Governance with members. Publishers for membership and identity replace those services.

async with member_assembly(infrastructure, user=3, worker=2) as assembly:
    motion = await assembly.open_motion()
    await assembly.cast(assembly.members["user"][0], motion, "for")
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.callers import CallerChannel
from libs.database.engine import new_id
from libs.refusals import Refusal
from libs.rpc.client import call_service
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op

RULEBOOK = """\
schema = "kith.rulebook.v1"

[classes.user]
name = "User member"
description = "People who get support."
easy_read = "You get support."

[classes.worker]
name = "Worker member"
description = "People who give support."
easy_read = "You give support."

[classes.friend]
name = "Friend"
description = "People who wish the co-op well."
easy_read = "You like us."
votes = false

[ballots]
kind = "recorded"

[paper_and_phone]
recorders = 2

[resolutions.ordinary]
name = "Ordinary resolution"
explanation = "More for than against."
easy_read = "More say yes than no."
changes_rulebook = false
threshold = { more_than = "1/2" }
notice_days = 0
minimum_open_hours = 1
maximum_open_days = 28

[resolutions.heard]
name = "A resolution that every class is heard on"
explanation = "Half of each class must take part."
easy_read = "Half of each group must vote."
changes_rulebook = false
threshold = { more_than = "1/2" }
class_quorums = { user = { fraction = "1/2" }, worker = { fraction = "1/2" } }
notice_days = 0
minimum_open_hours = 1
maximum_open_days = 28

[resolutions.announced]
name = "A resolution with notice"
explanation = "A week's notice; workers only."
easy_read = "You hear a week before."
changes_rulebook = false
excluded = ["user"]
threshold = { more_than = "1/2" }
notice_days = 7
minimum_open_hours = 24
maximum_open_days = 28

[resolutions.rules]
name = "Change of rules"
explanation = "Two thirds must be for it."
easy_read = "2 out of 3 say yes."
changes_rulebook = true
threshold = { at_least = "2/3" }
notice_days = 0
minimum_open_hours = 1
maximum_open_days = 28

[resolutions.convert]
name = "A resolution of two meetings"
explanation = "It is confirmed at a second meeting."
easy_read = "We vote twice."
changes_rulebook = false
threshold = { at_least = "3/4" }
notice_days = 0
minimum_open_hours = 1
maximum_open_days = 28
second_meeting = { earliest_days = 14, latest_days = 28, threshold = { more_than = "1/2" } }
"""

HOUR = 3600
JOINED = date(2020, 1, 1)


@dataclass
class MemberAssembly:
    """A co-op in which motions can be put. Neither secretary is in a member class, so both may record anybody's vote."""

    co_op: RunningCoOp
    identity: EventPublisher
    membership: EventPublisher
    secretary: UUID = field(default_factory=new_id)
    second: UUID = field(default_factory=new_id)
    members: dict[str, list[UUID]] = field(default_factory=dict)

    @property
    def stub(self) -> GovernanceServiceStub:
        return self.co_op.stub(GovernanceServiceStub)

    def secretary_token(self, person: UUID | None = None) -> str:
        """A token of the secretary, wearing the hat."""
        return self.co_op.token(person or self.secretary, hat="secretary")

    async def adopt(self, text: str = RULEBOOK) -> pb.AdoptRulebookResponse:
        request = pb.AdoptRulebookRequest(request_id=str(new_id()), text=text)
        return await call_service(self.stub.AdoptRulebook, request, self.co_op.founder_token())

    async def give_hats(self) -> None:
        await self.identity.publish(
            *((HatGiven(person_id=str(person), hat="secretary"), str(person)) for person in (self.secretary, self.second))
        )
        await self.co_op.wait_until_consumed("governance", "identity")

    async def admit(self, member_class: str, number: int = 1, *, may_vote: bool = True, from_day: date = JOINED) -> list[UUID]:
        people = [new_id() for _ in range(number)]
        facts: list[tuple[Message, str]] = [
            (
                MemberAdmitted(person_id=str(person), member_class=member_class, may_vote=may_vote, from_day=from_day.isoformat()),
                str(person),
            )
            for person in people
        ]
        if facts:
            await self.membership.publish(*facts)
        self.members.setdefault(member_class, []).extend(people)
        return people

    def question(
        self, *, kind: str = "ordinary", hours: float = 2, rulebook: str = "", opens_in: float | None = None
    ) -> pb.OpenMotionRequest:
        now = self.co_op.now()
        opens = now + timedelta(seconds=opens_in) if opens_in is not None else None
        closes = (opens or now) + timedelta(hours=hours)
        return pb.OpenMotionRequest(
            request_id=str(new_id()),
            title="Shall we buy the van?",
            text="It would carry people to the day centre.",
            resolution_type=kind,
            rulebook_text=rulebook,
            opens_at=to_timestamp(opens) if opens else None,
            closes_at=to_timestamp(closes),
        )

    async def open_motion(self, question: pb.OpenMotionRequest | None = None) -> str:
        response: pb.OpenMotionResponse = await call_service(self.stub.OpenMotion, question or self.question(), self.secretary_token())
        return response.motion_id

    async def cast(
        self, person: UUID, motion: str, choice: str, revision: int = 0, *, request_id: str = "", via: CallerChannel = CallerChannel.PAGE
    ) -> pb.Ballot:
        request = pb.CastBallotRequest(request_id=request_id or str(new_id()), motion_id=motion, choice=choice, revision=revision)
        response: pb.CastBallotResponse = await call_service(self.stub.CastBallot, request, self.co_op.token(person, via=via))
        return response.ballot

    async def record(
        self, person: UUID, motion: str, choice: str, *, by: UUID | None = None, taken: str = "paper", asked_for: bool = False
    ) -> str:
        request = pb.RecordBallotRequest(
            request_id=str(new_id()), motion_id=motion, person_id=str(person), choice=choice, taken=taken, asked_for=asked_for
        )
        response: pb.RecordBallotResponse = await call_service(self.stub.RecordBallot, request, self.secretary_token(by))
        return response.record_id

    async def confirm(self, record: str, choice: str, *, by: UUID | None = None, asked_for: bool = False) -> pb.Ballot:
        return (await self._confirm(record, choice, by, asked_for=asked_for)).ballot

    async def differs(self, record: str, choice: str) -> bool:
        return (await self._confirm(record, choice, None)).differs

    async def _confirm(self, record: str, choice: str, by: UUID | None, *, asked_for: bool = False) -> pb.ConfirmBallotResponse:
        request = pb.ConfirmBallotRequest(request_id=str(new_id()), record_id=record, choice=choice, asked_for=asked_for)
        return await call_service(self.stub.ConfirmBallot, request, self.secretary_token(by or self.second))

    async def wait_for_result(self, motion: str, seconds: float = 60.0) -> pb.Result:
        """Waits until the motion is counted and returns the result."""
        async with asyncio.timeout(seconds):
            while (await self.get_state(motion)) not in (pb.MOTION_STATE_PASSED, pb.MOTION_STATE_NOT_PASSED):
                await asyncio.sleep(0.05)
        response: pb.GetResultResponse = await call_service(
            self.stub.GetResult, pb.GetResultRequest(motion_id=motion), self.secretary_token()
        )
        return response.result

    async def get_state(self, motion: str) -> int:
        return (await self.get_motion(motion)).state

    async def get_motion(self, motion: str, token: str = "") -> pb.Motion:
        response: pb.GetMotionResponse = await call_service(
            self.stub.GetMotion, pb.GetMotionRequest(motion_id=motion), token or self.secretary_token()
        )
        return response.motion


@contextmanager
def refused_with(kind: type[Refusal], reason: str) -> Iterator[None]:
    """Asserts that the block raises this kind of refusal with this reason."""
    with pytest.raises(kind) as refused:
        yield
    assert refused.value.reason == reason, f"refused for {refused.value.reason}, not {reason}"


def to_timestamp(at: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(at.astimezone(UTC))
    return timestamp


@asynccontextmanager
async def member_assembly(infrastructure: Infrastructure, *, rulebook: str = RULEBOOK, **members: int) -> AsyncIterator[MemberAssembly]:
    """Runs governance with an adopted rulebook, given hats and admitted members (`user=3`)."""
    async with (
        running_co_op(infrastructure, "governance") as co_op,
        event_publisher(co_op, "identity") as identity,
        event_publisher(co_op, "membership") as membership,
    ):
        assembly = MemberAssembly(co_op, identity, membership)
        await assembly.give_hats()
        if rulebook:
            await assembly.adopt(rulebook)
        for member_class, number in members.items():
            await assembly.admit(member_class, number, may_vote=member_class != "friend")
        await co_op.wait_until_consumed("governance", "membership")
        yield assembly
