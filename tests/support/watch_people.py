"""Calls about the watch: who holds it, which visits are watched over, and what is open."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import HatGiven, HatTaken
from kith.scheduling.facts.v1.facts_pb2 import NoticeWanted
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import watch_pb2 as pb
from kith.scheduling.v1.visits_pb2_grpc import VisitServiceStub
from kith.scheduling.v1.watch_pb2_grpc import WatchServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.visit_people import VisitPeople
from tests.support.visit_record_people import RecordPeople
from tests.support.waiting import wait_until

SECRETARY = "secretary"


class WatchPeople:
    """Calls of people about the watch. The clock is moved as for records."""

    def __init__(self, people: VisitPeople) -> None:
        self.people = people
        self.connect()

    def connect(self) -> None:
        """Also after a restart, with which the clock begins anew."""
        self.people.stub = self.people.co_op.stub(VisitServiceStub)
        self.records = RecordPeople(self.people)
        self.stub = self.people.co_op.stub(WatchServiceStub)

    async def give_hat(self, *secretaries: UUID) -> None:
        await self.people.identity.publish(*((HatGiven(person_id=str(each), hat=SECRETARY), str(each)) for each in secretaries))
        await self.people.co_op.wait_until_consumed("scheduling", "identity")

    async def take_hat(self, secretary: UUID) -> None:
        await self.people.identity.publish((HatTaken(person_id=str(secretary), hat=SECRETARY), str(secretary)))

    async def ask(self, secretary: UUID, holder: UUID, rank: int = 1, first_day: str = "", last_day: str = "") -> str:
        request = pb.AskWatchHolderRequest(
            request_id=str(new_id()), person_id=str(holder), rank=rank, first_day=first_day, last_day=last_day
        )
        return str((await call_service(self.stub.AskWatchHolder, request, self._token(secretary, SECRETARY))).duty_id)

    async def accept(self, duty: str, by: UUID) -> None:
        await call_service(self.stub.AcceptWatch, pb.AcceptWatchRequest(request_id=str(new_id()), duty_id=duty), self._token(by))

    async def hand_back(self, duty: str, by: UUID) -> None:
        await call_service(self.stub.HandBackWatch, pb.HandBackWatchRequest(request_id=str(new_id()), duty_id=duty), self._token(by))

    async def hold(self, secretary: UUID, *holders: UUID) -> list[str]:
        """They hold the watch from now on, in this order."""
        duties = []
        for rank, holder in enumerate(holders, 1):
            duties.append(await self.ask(secretary, holder, rank))
            await self.accept(duties[-1], holder)
        return duties

    async def watch(self, by: UUID, hat: str = "") -> pb.GetWatchResponse:
        response: pb.GetWatchResponse = await call_service(self.stub.GetWatch, pb.GetWatchRequest(), self._token(by, hat))
        return response

    async def set_watched(self, person: UUID, by: UUID | str, *, watched: bool = True, visit: str = "", series: str = "") -> None:
        request = pb.SetWatchedRequest(request_id=str(new_id()), person_id=str(person), visit_id=visit, series_id=series, watched=watched)
        await call_service(self.stub.SetWatched, request, self.people.token(by))

    async def of_visit(self, visit: str, by: UUID | str) -> pb.GetVisitAlertsResponse:
        request = pb.GetVisitAlertsRequest(visit_id=visit)
        response: pb.GetVisitAlertsResponse = await call_service(self.stub.GetVisitAlerts, request, self.people.token(by))
        return response

    async def on_way(self, visit: str, by: UUID, minutes: int) -> None:
        request = pb.SayOnWayRequest(request_id=str(new_id()), visit_id=visit, minutes=minutes)
        await call_service(self.stub.SayOnWay, request, self._token(by))

    async def safe(self, visit: str, by: UUID) -> None:
        await call_service(self.stub.SaySafe, pb.SaySafeRequest(request_id=str(new_id()), visit_id=visit), self._token(by))

    async def start_alone(self, visit: str, by: UUID) -> None:
        request = records.StartVisitRequest(request_id=str(new_id()), visit_id=visit, alone=True)
        await call_service(self.records.stub.StartVisit, request, self._token(by))

    async def open_alerts(self, by: UUID, hat: str = "") -> list[pb.Alert]:
        return list((await call_service(self.stub.GetOpenAlerts, pb.GetOpenAlertsRequest(), self._token(by, hat))).alerts)

    async def take(self, alert: str, by: UUID, hat: str = "") -> None:
        await call_service(self.stub.TakeAlert, pb.TakeAlertRequest(request_id=str(new_id()), alert_id=alert), self._token(by, hat))

    async def sort(self, alert: str, by: UUID, words: str, hat: str = "") -> None:
        request = pb.SortAlertRequest(request_id=str(new_id()), alert_id=alert, words=words)
        await call_service(self.stub.SortAlert, request, self._token(by, hat))

    async def notices(self, *kinds: str) -> list[tuple[str, list[str]]]:
        """The notices of these kinds so far, each with whom it is for."""
        events = [event for event in await self.people.co_op.published_events("scheduling") if isinstance(event, NoticeWanted)]
        return [(event.kind, list(event.person_ids)) for event in events if event.kind in kinds]

    async def wait_for_notices(self, *expected: tuple[str, UUID]) -> None:
        """Waits until those that were told by notices of these kinds are these, in this order, and none besides."""
        kinds = {kind for kind, _ in expected}

        async def are_there() -> bool:
            return len(await self.notices(*kinds)) >= len(expected)

        await wait_until(are_there, f"{len(expected)} notices of {', '.join(sorted(kinds))}")
        assert await self.notices(*kinds) == [(kind, [str(person)]) for kind, person in expected]

    def _token(self, by: UUID, hat: str = "") -> str:
        return self.people.co_op.token(by, hat=hat)
