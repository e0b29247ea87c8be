"""People of a co-op in which only matching runs: members with open profiles, and calls in their names."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import CredentialVerified, PersonRegistered
from kith.matching.v1 import introductions_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1 import teams_pb2 as team
from kith.matching.v1.introductions_pb2_grpc import IntroductionServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from kith.person.v1 import person_rights_pb2 as rights
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op, start_acting

FIRST_VISIT = ("dbs", "references", "right_to_work")


@dataclass
class MatchingPeople:
    """Registers members and calls matching's services for them. The publishers have what matching follows."""

    co_op: RunningCoOp
    identity: EventPublisher
    membership: EventPublisher
    governance: EventPublisher

    async def register(self, count: int) -> list[UUID]:
        """Persons whom identity knows, who are no members."""
        people = [new_id() for _ in range(count)]
        await self.identity.publish(*((PersonRegistered(person_id=str(one)), str(one)) for one in people))
        await self.co_op.wait_until_consumed("matching", "identity")
        return people

    async def members(self, count: int) -> list[UUID]:
        people = await self.register(count)
        admitted = [(MemberAdmitted(person_id=str(one), member_class="worker", may_vote=True), str(one)) for one in people]
        await self.membership.publish(*admitted)
        await self.co_op.wait_until_consumed("matching", "membership")
        return people

    async def leave(self, person: UUID, on: date = date(2020, 1, 1)) -> None:
        """Their last day, which was long ago where nothing else is said."""
        await self.membership.publish((MembershipEnded(person_id=str(person), on=on.isoformat(), reason="left"), str(person)))
        await self.co_op.wait_until_consumed("matching", "membership")

    async def look_for_support(self, *people: UUID) -> None:
        for person in people:
            profile = profiles.GettingSupport(postcode="ZZ1 1AA", open=True)
            request = profiles.SetGettingSupportRequest(request_id=str(new_id()), person_id=str(person), profile=profile)
            await call_service(self.co_op.stub(SupportProfileServiceStub).SetGettingSupport, request, self.co_op.token(person))

    async def offer_support(self, *people: UUID, works_as: "profiles.WorksAs.ValueType" = profiles.WORKS_AS_EMPLOYED) -> None:
        for person in people:
            profile = profiles.GivingSupport(postcode="ZZ1 2AA", reach_km=5, minutes_a_week=600, works_as=works_as, open=True)
            request = profiles.SetGivingSupportRequest(request_id=str(new_id()), person_id=str(person), profile=profile)
            await call_service(self.co_op.stub(SupportProfileServiceStub).SetGivingSupport, request, self.co_op.token(person))

    async def get_ready(self, *workers: UUID, kinds: tuple[str, ...] = FIRST_VISIT) -> None:
        """Verifies what the rulebook asks for before a first visit."""
        verified = [
            (CredentialVerified(person_id=str(worker), credential_id=str(new_id()), kind=kind), str(worker))
            for worker in workers
            for kind in kinds
        ]
        await self.identity.publish(*verified)
        await self.co_op.wait_until_consumed("matching", "identity")

    async def let_act(self, holder: UUID, subject: UUID, scope: str = "team") -> str:
        """A token with which `holder` acts for `subject`: in "my team", where nothing else is said."""
        return await start_acting(self.co_op, self.identity, "matching", holder, subject, scope)

    async def yes(self, person: UUID, worker: UUID, token: str, step: "pb.IntroductionStep.ValueType" = 0) -> int:  # type: ignore[assignment]  # unset
        request = pb.SayYesRequest(request_id=str(new_id()), pair=_pair(person, worker), step=step)
        said: pb.SayYesResponse = await call_service(self.co_op.stub(IntroductionServiceStub).SayYes, request, token)
        return said.step

    async def no(self, person: UUID, worker: UUID, token: str, *, block: bool = False) -> None:
        request = pb.SayNoRequest(request_id=str(new_id()), pair=_pair(person, worker), block=block)
        await call_service(self.co_op.stub(IntroductionServiceStub).SayNo, request, token)

    async def lift(self, person: UUID, worker: UUID, token: str) -> None:
        request = pb.LiftNoRequest(request_id=str(new_id()), pair=_pair(person, worker))
        await call_service(self.co_op.stub(IntroductionServiceStub).LiftNo, request, token)

    async def introductions(self, of: UUID, *, giving: bool = False, token: str = "") -> pb.GetIntroductionsResponse:
        request = pb.GetIntroductionsRequest(person_id=str(of), giving=giving)
        found: pb.GetIntroductionsResponse = await call_service(
            self.co_op.stub(IntroductionServiceStub).GetIntroductions, request, token or self.co_op.token(of)
        )
        return found

    async def find_offers(self, of: UUID, token: str = "", **wanted: str) -> list[UUID]:
        request = profiles.FindOffersRequest(person_id=str(of), **wanted)
        found = await call_service(self.co_op.stub(SupportProfileServiceStub).FindOffers, request, token or self.co_op.token(of))
        return [UUID(offer.person_id) for offer in found.offers]

    async def sees_offer(self, of: UUID, by: UUID, token: str = "") -> bool:
        request = profiles.GetSupportProfilesRequest(person_id=str(of))
        stub = self.co_op.stub(SupportProfileServiceStub)
        found: profiles.GetSupportProfilesResponse = await call_service(stub.GetSupportProfiles, request, token or self.co_op.token(by))
        return found.HasField("giving")

    async def teams(self, of: UUID) -> list[team.TeamPlace]:
        request = team.GetTeamsRequest(person_id=str(of))
        return list((await call_service(self.co_op.stub(TeamServiceStub).GetTeams, request, self.co_op.token(of))).teams)

    async def get_team(self, team_id: str, token: str) -> team.GetTeamResponse:
        found: team.GetTeamResponse = await call_service(
            self.co_op.stub(TeamServiceStub).GetTeam, team.GetTeamRequest(team_id=team_id), token
        )
        return found

    async def exported(self, of: UUID, token: str = "") -> list[tuple[str, dict[str, object]]]:
        """What they, or who has this token, get of matching when they ask for their data: kinds and fields of records."""
        request = rights.ExportRequest(person_id=str(of), page_size=200)
        page: rights.ExportResponse = await call_service(
            self.co_op.stub_at("matching", PersonRightsServiceStub).Export, request, token or self.co_op.token(of)
        )
        return [(record.kind, json.loads(record.json)) for record in page.records]


def _pair(person: UUID, worker: UUID) -> pb.Pair:
    return pb.Pair(person_id=str(person), worker_id=str(worker))


@asynccontextmanager
async def matching_people(infrastructure: Infrastructure) -> AsyncIterator[MatchingPeople]:
    """A co-op with matching alone."""
    async with (
        running_co_op(infrastructure, "matching") as co_op,
        event_publisher(co_op, "identity") as identity,
        event_publisher(co_op, "membership") as membership,
        event_publisher(co_op, "governance") as governance,
    ):
        yield MatchingPeople(co_op, identity, membership, governance)
