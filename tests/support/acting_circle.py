"""A small co-op in which people act for each other: some of its people, and what they ask of identity."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import relationships_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.relationships_pb2_grpc import RelationshipServiceStub
from libs.database.engine import new_id
from libs.refusals import Refusal
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

HEALTH, CONTACTS, MONEY, CONSENT = pb.ACTING_SCOPE_HEALTH, pb.ACTING_SCOPE_CONTACTS, pb.ACTING_SCOPE_MONEY, pb.ACTING_SCOPE_CONSENT


class Circle:
    """Five people of a co-op: Sam is secretary, Ash is supported, Bo is her sister, Kim a scrutineer, Lou has a second secretary's hat."""

    def __init__(self, co_op: RunningCoOp, people: list[UUID]) -> None:
        self.co_op = co_op
        self.sam, self.ash, self.bo, self.kim, self.lou = people
        self.relationships = co_op.stub(RelationshipServiceStub)
        self.identity = co_op.stub(IdentityServiceStub)

    def day(self, days: int) -> str:
        return (self.co_op.now() + timedelta(days=days)).date().isoformat()

    async def propose(self, **changed: object) -> str:
        fields = {"holder_id": str(self.bo), "kind": pb.RELATIONSHIP_KIND_RELATIVE, "scopes": [CONTACTS]} | changed
        request = pb.ProposeRelationshipRequest(request_id=str(new_id()), **fields)  # type: ignore[arg-type]  # fields by name
        response = await call_service(self.relationships.ProposeRelationship, request, self.co_op.token(self.ash))
        return str(response.relationship_id)

    async def record(self, by: str | None = None, **changed: object) -> str:
        request = {
            "subject_id": str(self.ash),
            "holder_id": str(self.bo),
            "kind": pb.RELATIONSHIP_KIND_ATTORNEY_FOR_MONEY,
            "scopes": [MONEY, CONTACTS],
            "evidence": pb.EVIDENCE_KIND_LASTING_POWER,
            "evidence_reference": "7000 1234 5678",
            "evidence_seen_on": self.day(0),
        }
        message = pb.RecordRelationshipRequest(request_id=str(new_id()), **(request | changed))  # type: ignore[arg-type]  # fields by name
        by = by or self.co_op.token(self.sam, hat="secretary")
        return str((await call_service(self.relationships.RecordRelationship, message, by)).relationship_id)

    async def accept(self, relationship: str, by: UUID | None = None) -> None:
        request = pb.AcceptRelationshipRequest(request_id=str(new_id()), relationship_id=relationship)
        await call_service(self.relationships.AcceptRelationship, request, self.co_op.token(by or self.bo))

    async def confirm(self, relationship: str, token: str) -> None:
        request = pb.ConfirmRelationshipRequest(request_id=str(new_id()), relationship_id=relationship)
        await call_service(self.relationships.ConfirmRelationship, request, token)

    async def end(self, relationship: str, token: str, reason: "pb.EndReason.ValueType" = pb.END_REASON_UNSPECIFIED) -> None:
        request = pb.EndRelationshipRequest(request_id=str(new_id()), relationship_id=relationship, reason=reason)
        await call_service(self.relationships.EndRelationship, request, token)

    async def listed(self, token: str, **asked: object) -> list[pb.Relationship]:
        response = await call_service(self.relationships.ListRelationships, pb.ListRelationshipsRequest(**asked), token)  # type: ignore[arg-type]  # fields by name
        return list(response.relationships)

    async def rights(self, token: str) -> dict[str, list[str]]:
        response = await call_service(self.relationships.GetActingRights, pb.GetActingRightsRequest(), token)
        return {
            right.subject_id: [pb.ActingScope.Name(scope).removeprefix("ACTING_SCOPE_") for scope in right.scopes]
            for right in response.rights
        }

    async def contacts(self, token: str) -> identity.Person:
        request = identity.GetPersonRequest(person_id=str(self.ash))
        response: identity.GetPersonResponse = await call_service(self.identity.GetPerson, request, token)
        return response.person

    async def refused(self, reason: str, act: Awaitable[object]) -> None:
        with pytest.raises(Refusal, match=f"^{reason}$"):
            await act


@asynccontextmanager
async def circle_of(infrastructure: Infrastructure, *services: str, **settings: Any) -> AsyncIterator[Circle]:
    """`settings` are per service, as in `running_co_op`."""
    async with running_co_op(infrastructure, "identity", *services, **settings) as co_op:
        people = await co_op.register_people("Sam Sample", "Ash Example", "Bo Example", "Kim Kind", "Lou Long")
        for person, hat in ((people[3], "scrutineer"), (people[4], "secretary")):
            request = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(person), hat=hat)
            await call_service(co_op.stub(IdentityServiceStub).GiveHat, request, co_op.token(people[0], hat="secretary"))
        yield Circle(co_op, people)
