"""People of a team in a co-op in which matching and scheduling run, between whom something is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import concerns_pb2 as pb
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1.concerns_pb2_grpc import ConcernServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.scheduling.v1 import covers_pb2 as covers
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.covers_pb2_grpc import CoverServiceStub
from kith.scheduling.v1.visits_pb2_grpc import VisitServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.rpc.client import call_service
from services.matching.commands.close_covered import close_covered
from services.matching.commands.forget_passed import forget_passed
from tests.support.matching_people import MatchingPeople
from tests.support.running_co_op import Infrastructure, event_publisher, running_co_op
from tests.support.teams_of_people import invite_to_team

STEPS = pb.ConcernStep


class ConcernPeople:
    """Calls in the names of people; `by` is a person, or a token."""

    def __init__(self, people: MatchingPeople) -> None:
        self.people, self.co_op = people, people.co_op
        self.concerns, self.covers = people.co_op.stub(ConcernServiceStub), people.co_op.stub(CoverServiceStub)
        self.visits, self.teams = people.co_op.stub(VisitServiceStub), people.co_op.stub(TeamServiceStub)

    def token(self, by: UUID | str) -> str:
        return by if isinstance(by, str) else self.co_op.token(by)

    async def make_link(self, person: UUID) -> None:
        await self.people.identity.publish((HatGiven(person_id=str(person), hat="secretary"), str(person)))
        await self.co_op.wait_until_consumed("matching", "identity")

    async def form_team(self, owner: UUID, *members: UUID) -> str:
        """All of them volunteers, who need no papers for visits."""
        team = ""
        for member in members:
            team = await invite_to_team(self.co_op, owner, member, teams.TEAM_MEMBER_KIND_VOLUNTEER)
            request = teams.AnswerTeamInvitationRequest(request_id=str(new_id()), team_id=team, accepted=True)
            await call_service(self.teams.AnswerTeamInvitation, request, self.token(member))
        await self.co_op.wait_until_consumed("scheduling", "matching")
        return team

    async def end_place(self, team: str, member: UUID, by: UUID) -> None:
        request = teams.EndTeamMembershipRequest(request_id=str(new_id()), team_id=team, person_id=str(member))
        await call_service(self.teams.EndTeamMembership, request, self.token(by))

    async def say(self, do: str, concern: str, by: UUID | str, **said: Any) -> Any:  # the response of the RPC named
        request = getattr(pb, f"{do}Request")(request_id=str(new_id()), concern_id=concern, **said)
        return await call_service(getattr(self.concerns, do), request, self.token(by))

    async def raise_concern(self, team: str, by: UUID | str, other: UUID, words: str = "", *, facilitated: bool = False) -> str:
        request = pb.RaiseConcernRequest(request_id=str(new_id()), team_id=team, person_id=str(other), words=words, facilitated=facilitated)
        return str((await call_service(self.concerns.RaiseConcern, request, self.token(by))).concern_id)

    async def get(self, concern: str, by: UUID | str) -> pb.GetConcernResponse:
        found: pb.GetConcernResponse = await call_service(
            self.concerns.GetConcern, pb.GetConcernRequest(concern_id=concern), self.token(by)
        )
        return found

    async def words(self, concern: str, by: UUID | str) -> list[str]:
        return [note.words for note in (await self.get(concern, by)).notes]

    async def step(self, concern: str, by: UUID) -> int:
        return (await self.get(concern, by)).concern.step

    async def list_of(self, person: UUID, by: UUID | str) -> list[str]:
        request = pb.GetConcernsRequest(person_id=str(person))
        return [found.concern_id for found in (await call_service(self.concerns.GetConcerns, request, self.token(by))).concerns]

    async def both_name(self, concern: str, two: tuple[UUID, UUID], named: UUID) -> None:
        for one in two:
            await self.say("NameFacilitator", concern, one, person_id=str(named))

    async def agree(self, concern: str, two: tuple[UUID, UUID], ahead: int = 7) -> None:
        """Both agree on something, and look back so many days from now."""
        day = (self.co_op.today() + timedelta(days=ahead)).isoformat()
        await self.say("ProposeRepair", concern, two[0], words="Wren rings first", look_back_on=day)
        version = (await self.get(concern, two[1])).concern.repair.version
        await self.say("AgreeRepair", concern, two[1], version=version)

    async def visit(self, person: UUID, worker: UUID, ahead: int) -> str:
        """One that the person wants so many days ahead, and that this one takes."""
        when = visits.LocalTime(day=(self.co_op.today() + timedelta(days=ahead)).isoformat(), start=12 * 60, minutes=60)
        proposal = visits.ProposeVisitRequest(request_id=str(new_id()), person_id=str(person), when=when, workers=1)
        visit = str((await call_service(self.visits.ProposeVisit, proposal, self.token(person))).visit_id)
        await self.take(visit, worker)
        return visit

    async def take(self, visit: str, worker: UUID) -> None:
        found = await call_service(self.visits.GetVisit, visits.GetVisitRequest(visit_id=visit), self.token(worker))
        request = visits.TakeVisitRequest(request_id=str(new_id()), visit_id=visit, version=found.visit.version)
        await call_service(self.visits.TakeVisit, request, self.token(worker))

    async def uncovered(self, person: UUID, by: UUID | str = "") -> list[list[str]]:
        """Of each cover that is open, the visits that need somebody."""
        request = covers.GetCoversRequest(person_id=str(person))
        found = await call_service(self.covers.GetCovers, request, self.token(by or person))
        return [[visit.visit_id for visit in cover.visits] for cover in found.covers]

    async def open_covers(self, person: UUID) -> list[str]:
        request = covers.GetCoversRequest(person_id=str(person))
        return [cover.cover_id for cover in (await call_service(self.covers.GetCovers, request, self.token(person))).covers]

    async def need_no_cover(self, cover: str, by: UUID) -> None:
        await call_service(self.covers.NeedNoCover, covers.NeedNoCoverRequest(request_id=str(new_id()), cover_id=cover), self.token(by))

    async def forget_passed(self) -> None:
        """As the job of matching does every hour."""
        database = Database(self.co_op.databases["matching"].run_url)
        try:
            async with database.work(callers.job("forget_passed"), self.co_op.now()) as work:
                await forget_passed(work, zone=ZoneInfo("Europe/London"))
        finally:
            await database.close()

    async def settle(self, owner: UUID, leaver: UUID) -> None:
        """As scheduling says that what somebody left is covered."""
        database = Database(self.co_op.databases["matching"].run_url)
        try:
            async with database.work(callers.reaction("scheduling"), self.co_op.now(), "tests") as work:
                await close_covered(work, owner, leaver, self.co_op.now())
        finally:
            await database.close()

    async def told(self) -> list[tuple[str, UUID]]:
        """What notices are about and to whom, in their order. Each is to one person, and about nothing that another is about."""
        events = [event for event in await self.co_op.published_events("matching") if isinstance(event, facts.NoticeWanted)]
        assert len({event.about_id for event in events}) == len(events), "two of them can be joined"
        return [(event.kind, UUID(person)) for event in events for [person] in [event.person_ids]]


@asynccontextmanager
async def concern_people(infrastructure: Infrastructure) -> AsyncIterator[ConcernPeople]:
    """A co-op with matching and scheduling."""
    async with (
        running_co_op(infrastructure, "matching", "scheduling") as co_op,
        event_publisher(co_op, "identity") as identity,
        event_publisher(co_op, "membership") as membership,
        event_publisher(co_op, "governance") as governance,
    ):
        yield ConcernPeople(MatchingPeople(co_op, identity, membership, governance))
