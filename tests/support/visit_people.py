"""People of a co-op in which only scheduling runs: teams, and calls for visits in their names."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import CredentialVerified, HatGiven
from kith.matching.facts.v1.facts_pb2 import TeamFormed, TeamMemberJoined, TeamMemberLeft
from kith.scheduling.v1 import visits_pb2 as pb
from kith.scheduling.v1.visits_pb2_grpc import VisitServiceStub
from kith.scheduling.v1.working_time_pb2 import SaidRestReason
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op, start_acting

BEFORE_A_VISIT = ("dbs", "references", "right_to_work")


@dataclass
class VisitPeople:
    """Forms teams and calls scheduling's services. The publishers have what scheduling follows."""

    co_op: RunningCoOp
    identity: EventPublisher
    matching: EventPublisher
    governance: EventPublisher

    def __post_init__(self) -> None:
        self.stub = self.co_op.stub(VisitServiceStub)
        self.teams: dict[UUID, str] = {}
        """By their owners."""
        self.verified: dict[UUID, list[CredentialVerified]] = {}

    async def form_team(self, owner: UUID, *, unchecked: Collection[UUID] = (), **members: list[UUID]) -> None:
        """`members` by what they are: `worker=[wren], friend=[bo]`. Workers have their papers, but for those who are `unchecked`."""
        team = self.teams.setdefault(owner, str(new_id()))
        events: list[TeamFormed | TeamMemberJoined] = [TeamFormed(team_id=team, owner_id=str(owner))]
        for kind, people in members.items():
            if kind == "worker":
                await self.verify(*(person for person in people if person not in unchecked))
            events += [TeamMemberJoined(team_id=team, owner_id=str(owner), person_id=str(person), kind=kind) for person in people]
        await self.matching.publish(*((event, team) for event in events))
        await self.co_op.wait_until_consumed("scheduling", "matching")

    async def verify(self, *workers: UUID, expires_on: date | None = None, kind: str = "") -> None:
        """They have what the usual rulebook asks for before a visit, or this one kind, until that day."""
        until = expires_on.isoformat() if expires_on else ""
        for worker in workers:
            verified = [
                CredentialVerified(credential_id=str(new_id()), person_id=str(worker), kind=each, expires_on=until)
                for each in ([kind] if kind else BEFORE_A_VISIT)
            ]
            self.verified.setdefault(worker, []).extend(verified)
            await self.identity.publish(*((event, event.person_id) for event in verified))
        await self.co_op.wait_until_consumed("scheduling", "identity")

    async def leave_team(self, owner: UUID, member: UUID, at: datetime | None = None) -> None:
        """`at` is when they left, now unless said: scheduling hears of it now."""
        team = self.teams[owner]
        left = TeamMemberLeft(team_id=team, owner_id=str(owner), person_id=str(member))
        await self.matching.publish((left, team), at=at or self.co_op.now())
        await self.co_op.wait_until_consumed("scheduling", "matching")

    async def let_act(self, holder: UUID, subject: UUID, scope: str = "team") -> str:
        """A token with which `holder` acts for `subject`."""
        return await start_acting(self.co_op, self.identity, "scheduling", holder, subject, scope)

    async def give_hat(self, person: UUID, hat: str) -> str:
        """A token in the hat."""
        await self.identity.publish((HatGiven(person_id=str(person), hat=hat), str(person)))
        await self.co_op.wait_until_consumed("scheduling", "identity")
        return self.co_op.token(person, hat=hat)

    def day(self, ahead: int) -> date:
        return self.co_op.today() + timedelta(days=ahead)

    def at(self, ahead: int, hour: float = 12, hours: float = 1) -> pb.LocalTime:
        """So many days ahead, by the co-op's clock."""
        return pb.LocalTime(day=self.day(ahead).isoformat(), start=int(hour * 60), minutes=int(hours * 60))

    async def propose(self, person: UUID, by: UUID | str, when: pb.LocalTime, workers: int = 1) -> str:
        return (await self.propose_and_see(person, by, when, workers)).visit_id

    async def propose_and_see(self, person: UUID, by: UUID | str, when: pb.LocalTime, workers: int = 1) -> pb.ProposeVisitResponse:
        request = pb.ProposeVisitRequest(request_id=str(new_id()), person_id=str(person), when=when, workers=workers)
        response: pb.ProposeVisitResponse = await call_service(self.stub.ProposeVisit, request, self.token(by))
        return response

    async def agree(self, visit: str, by: UUID | str, version: int = 1) -> int:
        request = pb.AgreeVisitRequest(request_id=str(new_id()), visit_id=visit, version=version)
        return int((await call_service(self.stub.AgreeVisit, request, self.token(by))).version)

    async def decline(self, visit: str, by: UUID | str, version: int = 1) -> int:
        request = pb.DeclineVisitRequest(request_id=str(new_id()), visit_id=visit, version=version)
        return int((await call_service(self.stub.DeclineVisit, request, self.token(by))).version)

    async def move(self, visit: str, by: UUID | str, when: pb.LocalTime, version: int) -> int:
        request = pb.MoveVisitRequest(request_id=str(new_id()), visit_id=visit, version=version, when=when)
        return int((await call_service(self.stub.MoveVisit, request, self.token(by))).version)

    async def cancel(self, visit: str, by: UUID | str, version: int) -> int:
        request = pb.CancelVisitRequest(request_id=str(new_id()), visit_id=visit, version=version)
        return int((await call_service(self.stub.CancelVisit, request, self.token(by))).version)

    async def take(self, visit: str, by: UUID | str, version: int = 2, said: SaidRestReason | None = None) -> None:
        request = pb.TakeVisitRequest(request_id=str(new_id()), visit_id=visit, version=version, rest_reason=said)
        await call_service(self.stub.TakeVisit, request, self.token(by))

    async def give_back(self, visit: str, by: UUID) -> None:
        request = pb.GiveBackVisitRequest(request_id=str(new_id()), visit_id=visit)
        await call_service(self.stub.GiveBackVisit, request, self.token(by))

    async def get(self, visit: str, by: UUID | str) -> pb.GetVisitResponse:
        found: pb.GetVisitResponse = await call_service(self.stub.GetVisit, pb.GetVisitRequest(visit_id=visit), self.token(by))
        return found

    async def list_visits(self, person: UUID, by: UUID | str, *, giving: bool = False, days: int = 14, size: int = 0) -> list[pb.Visit]:
        """From now on, all pages of this size."""
        visits: list[pb.Visit] = []
        request = pb.ListVisitsRequest(person_id=str(person), giving=giving, page_size=size)
        begin: datetime = self.co_op.now()
        request.begin.FromDatetime(begin)
        request.end.FromDatetime(begin + timedelta(days=days))
        while True:
            page = await call_service(self.stub.ListVisits, request, self.token(by))
            visits += page.visits
            if not page.next_page_token:
                return visits
            request.page_token = page.next_page_token

    async def list_open(self, by: UUID) -> list[str]:
        response = await call_service(self.stub.ListOpenVisits, pb.ListOpenVisitsRequest(), self.token(by))
        return [visit.visit_id for visit in response.visits]

    def token(self, by: UUID | str) -> str:
        """Of a person; a token is returned as it is."""
        return by if isinstance(by, str) else self.co_op.token(by)


@asynccontextmanager
async def visit_people(infrastructure: Infrastructure, **settings: object) -> AsyncIterator[VisitPeople]:
    """A co-op with scheduling alone; `settings` are its own."""
    async with (
        running_co_op(infrastructure, "scheduling", scheduling=settings) as co_op,
        event_publisher(co_op, "identity") as identity,
        event_publisher(co_op, "matching") as matching,
        event_publisher(co_op, "governance") as governance,
    ):
        yield VisitPeople(co_op, identity, matching, governance)
