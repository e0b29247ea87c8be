"""Calls for drafts of weeks in the names of people, all of the week after this one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.week_drafts_pb2_grpc import WeekDraftServiceStub
from kith.scheduling.v1.working_time_pb2 import SaidRestReason
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.visit_people import VisitPeople
from tests.support.waiting import wait_until


@dataclass
class WeekDrafts:
    """Beside `VisitPeople`, whose visits they are."""

    people: VisitPeople

    def __post_init__(self) -> None:
        self.stub = self.people.co_op.stub(WeekDraftServiceStub)

    @property
    def monday(self) -> date:
        today: date = self.people.co_op.today()
        return today + timedelta(days=7 - today.weekday())

    def ahead(self, weekday: int) -> int:
        """How many days ahead that day of the week is."""
        return (self.monday - self.people.co_op.today()).days + weekday

    async def visit(self, owner: UUID, weekday: int, hour: float = 12, hours: float = 1, workers: int = 1) -> str:
        """A visit that its person has agreed to, at version 2."""
        return await self.people.propose(owner, owner, self.people.at(self.ahead(weekday), hour, hours), workers)

    async def say_yes(self, *workers: UUID, wished: int = 0, free: Sequence[str] = (), may_change: bool = False, lives: str = "") -> None:
        """They may be in drafts. Who says where they live goes by bicycle."""
        goes = pb.WAY_OF_GOING_BICYCLE if lives else pb.WAY_OF_GOING_UNSPECIFIED
        for worker in workers:
            choice = pb.WorkerDraftChoice(wished_minutes=wished, free_parts=free, may_change=may_change, district=lives, goes=goes)
            request = pb.SetWorkerDraftChoiceRequest(request_id=str(new_id()), choice=choice)
            await call_service(self.stub.SetWorkerDraftChoice, request, self.people.token(worker))

    async def say_no(self, worker: UUID) -> None:
        request = pb.SetWorkerDraftChoiceRequest(request_id=str(new_id()))
        await call_service(self.stub.SetWorkerDraftChoice, request, self.people.token(worker))

    async def choose(self, person: UUID, by: UUID | str, *, together: bool = False, may_change: bool = False, lives: str = "") -> None:
        choice = pb.PersonDraftChoice(together=together, may_change=may_change, district=lives)
        request = pb.SetPersonDraftChoiceRequest(request_id=str(new_id()), person_id=str(person), choice=choice)
        await call_service(self.stub.SetPersonDraftChoice, request, self.people.token(by))

    async def start(self, by: UUID | str, *, together: bool = False, without: UUID | str = "") -> str:
        request = pb.StartWeekDraftRequest(
            request_id=str(new_id()), monday=self.monday.isoformat(), together=together, without_worker_id=str(without)
        )
        return str((await call_service(self.stub.StartWeekDraft, request, self.people.token(by))).draft_id)

    async def get(self, draft: str, by: UUID | str) -> pb.GetWeekDraftResponse:
        response: pb.GetWeekDraftResponse = await call_service(
            self.stub.GetWeekDraft, pb.GetWeekDraftRequest(draft_id=draft), self.people.token(by)
        )
        return response

    async def made(self, draft: str, by: UUID | str) -> pb.GetWeekDraftResponse:
        """Once the engine is done."""
        await wait_until(lambda: self._is_made(draft, by), "the draft is made", pause=0.1)
        return await self.get(draft, by)

    async def _is_made(self, draft: str, by: UUID | str) -> bool:
        return (await self.get(draft, by)).draft.state != pb.WEEK_DRAFT_STATE_MAKING

    async def draft_of(self, by: UUID | str, *, together: bool = False, without: UUID | str = "") -> str:
        """A draft that is made."""
        draft = await self.start(by, together=together, without=without)
        await self.made(draft, by)
        return draft

    async def choose_worker(self, draft: str, visit: str, by: UUID | str, worker: UUID, instead_of: UUID | str = "") -> None:
        request = pb.ChooseDraftWorkerRequest(
            request_id=str(new_id()), draft_id=draft, visit_id=visit, worker_id=str(worker), instead_of_id=str(instead_of)
        )
        await call_service(self.stub.ChooseDraftWorker, request, self.people.token(by))

    async def without(self, worker: UUID, by: UUID | str) -> dict[str, list[pb.WorkerReasons]]:
        """By visit of that worker."""
        request = pb.GetWeekWithoutRequest(worker_id=str(worker), monday=self.monday.isoformat())
        found = await call_service(self.stub.GetWeekWithout, request, self.people.token(by))
        return {visit.visit_id: list(visit.workers) for visit in found.visits}

    async def send(self, draft: str, by: UUID | str) -> None:
        await call_service(
            self.stub.SendWeekDraft, pb.SendWeekDraftRequest(request_id=str(new_id()), draft_id=draft), self.people.token(by)
        )

    async def stop(self, draft: str, by: UUID | str) -> None:
        await call_service(
            self.stub.StopWeekDraft, pb.StopWeekDraftRequest(request_id=str(new_id()), draft_id=draft), self.people.token(by)
        )

    async def drop(self, draft: str, by: UUID | str) -> None:
        await call_service(
            self.stub.DropWeekDraft, pb.DropWeekDraftRequest(request_id=str(new_id()), draft_id=draft), self.people.token(by)
        )

    async def answer(self, draft: str, visit: str, by: UUID, *, agreed: bool = True, said: SaidRestReason | None = None) -> None:
        request = pb.AnswerDraftPlaceRequest(request_id=str(new_id()), draft_id=draft, visit_id=visit, agreed=agreed, rest_reason=said)
        await call_service(self.stub.AnswerDraftPlace, request, self.people.token(by))

    async def answer_as_person(self, draft: str, visit: str, by: UUID | str, *, agreed: bool) -> None:
        request = pb.AnswerDraftVisitRequest(request_id=str(new_id()), draft_id=draft, visit_id=visit, agreed=agreed)
        await call_service(self.stub.AnswerDraftVisit, request, self.people.token(by))

    async def publish(self, draft: str, by: UUID | str, *visits: str, request_id: str = "") -> None:
        request = pb.PublishWeekDraftRequest(request_id=request_id or str(new_id()), draft_id=draft, visit_ids=visits)
        await call_service(self.stub.PublishWeekDraft, request, self.people.token(by))

    async def reasons(self, draft: str, visit: str, by: UUID | str) -> list[pb.WorkerReasons]:
        request = pb.GetDraftReasonsRequest(draft_id=draft, visit_id=visit)
        return list((await call_service(self.stub.GetDraftReasons, request, self.people.token(by))).workers)

    async def proposals(self, by: UUID | str) -> pb.GetDraftProposalsResponse:
        response: pb.GetDraftProposalsResponse = await call_service(
            self.stub.GetDraftProposals, pb.GetDraftProposalsRequest(), self.people.token(by)
        )
        return response

    async def drafts(self, by: UUID | str) -> list[pb.WeekDraft]:
        return list((await call_service(self.stub.ListWeekDrafts, pb.ListWeekDraftsRequest(), self.people.token(by))).drafts)

    async def record(self, draft: str, by: UUID | str) -> str:
        request = pb.GetDraftRecordRequest(draft_id=draft)
        return str((await call_service(self.stub.GetDraftRecord, request, self.people.token(by))).record)


def proposed(response: pb.GetWeekDraftResponse) -> dict[str, dict[str, str]]:
    """By visit: workers with what the draft says of them, `new`, `gone` or `stays`."""
    return {
        visit.visit_id: {
            place.worker_id: pb.DraftPlaceKind.Name(place.kind).removeprefix("DRAFT_PLACE_KIND_").lower() for place in visit.places
        }
        for visit in response.visits
    }


def parts(response: pb.GetWeekDraftResponse) -> dict[str, str]:
    """By visit, how far its part has come."""
    return {visit.visit_id: pb.DraftPart.Name(visit.part).removeprefix("DRAFT_PART_").lower() for visit in response.visits}
