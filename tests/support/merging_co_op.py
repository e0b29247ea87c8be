"""A running co-op in which entries of one person are merged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1 import membership_pb2 as memb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.refusals import Refusal
from libs.rpc.client import call_service
from tests.support.member_assembly import RULEBOOK, to_timestamp
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

NUMBERS = iter(range(10_000))
WHY = "I rang them up."


@dataclass(frozen=True)
class MergingCoOp:
    """A co-op with a secretary and a rulebook, which each test adds its own people to."""

    running: RunningCoOp
    secretary: UUID

    @property
    def token(self) -> str:
        return self.running.token(self.secretary, hat="secretary")

    @property
    def identity(self) -> IdentityServiceStub:
        return self.running.stub(IdentityServiceStub)

    @property
    def membership(self) -> MembershipServiceStub:
        return self.running.stub(MembershipServiceStub)

    @property
    def governance(self) -> GovernanceServiceStub:
        return self.running.stub(GovernanceServiceStub)

    async def register(self, name: str, **contact: str) -> UUID:
        """A person under a name of their own, unless they have a contact detail."""
        person = pb.NewPerson(full_name=name if contact else f"{name} {next(NUMBERS)}", **contact)
        request = pb.RegisterPersonsRequest(request_id=str(new_id()), persons=[person])
        return UUID((await call_service(self.identity.RegisterPersons, request, self.token)).persons[0].person_id)

    async def admit(self, *people: UUID, member_class: str = "worker") -> None:
        await self.running.wait_until_consumed("membership", "identity")
        rows = [memb.Admission(person_id=str(person), member_class=member_class, register_name="As Entered") for person in people]
        request = memb.AdmitMembersRequest(request_id=str(new_id()), admissions=rows)
        assert [row.refusal for row in (await call_service(self.membership.AdmitMembers, request, self.token)).members] == [""] * len(rows)

    async def merge(self, kept: UUID, other: UUID, *, reason: str = WHY, request_id: str = "", token: str = "") -> None:
        request = pb.MergePersonsRequest(
            request_id=request_id or str(new_id()), kept_person_id=str(kept), other_person_id=str(other), reason=reason
        )
        await call_service(self.identity.MergePersons, request, token or self.token)

    async def person(self, person: UUID) -> pb.Person:
        response: pb.GetPersonResponse = await call_service(self.identity.GetPerson, pb.GetPersonRequest(person_id=str(person)), self.token)
        return response.person

    async def member(self, person: UUID) -> memb.Member:
        request = memb.GetMemberRequest(person_id=str(person))
        response: memb.GetMemberResponse = await call_service(self.membership.GetMember, request, self.token)
        return response.member

    async def follow(self) -> None:
        """Waits until all have heard of what happened."""
        for consumer, source in (("membership", "identity"), ("governance", "identity"), ("governance", "membership")):
            await self.running.wait_until_consumed(consumer, source)

    async def refused(self, kind: type[Refusal], reason: str, call: Any) -> Refusal:
        with pytest.raises(kind, match=reason) as refused:
            await call
        return refused.value

    async def open_motion(self, hours: float = 2) -> str:
        request = gov.OpenMotionRequest(
            request_id=str(new_id()), title="Shall we buy the van?", text="It carries people.", resolution_type="ordinary",
            closes_at=to_timestamp(self.running.now() + timedelta(hours=hours)),
        )  # fmt: skip
        return str((await call_service(self.governance.OpenMotion, request, self.token)).motion_id)

    async def check_merge(self, person: UUID, token: str = "") -> gov.CheckMergeResponse:
        request = gov.CheckMergeRequest(person_id=str(person))
        response: gov.CheckMergeResponse = await call_service(self.governance.CheckMerge, request, token or self.token)
        return response


@asynccontextmanager
async def merging_co_op(infrastructure: Infrastructure) -> AsyncIterator[MergingCoOp]:
    """Identity, membership and governance, with a secretary and a rulebook."""
    async with running_co_op(infrastructure, "identity", "membership", "governance", membership={"zone": "Europe/London"}) as running:
        [secretary] = await running.register_people("Sam Sample")
        request = gov.AdoptRulebookRequest(request_id=str(new_id()), text=RULEBOOK)
        await call_service(running.stub(GovernanceServiceStub).AdoptRulebook, request, running.founder_token())
        await running.wait_until_consumed("membership", "governance")
        yield MergingCoOp(running, secretary)
