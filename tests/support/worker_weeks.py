"""Calls for workers' weeks in the names of people: away, swaps, who could come, and weeks that are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from kith.scheduling.v1.worker_weeks_pb2_grpc import WorkerWeekServiceStub
from kith.scheduling.v1.working_time_pb2 import SaidRestReason
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.visit_people import VisitPeople


@dataclass
class WorkerWeeks:
    """Beside `VisitPeople`, whose visits they are."""

    people: VisitPeople

    def __post_init__(self) -> None:
        self.stub = self.people.co_op.stub(WorkerWeekServiceStub)

    async def say_away(self, by: UUID, first: date | None = None, last: date | None = None) -> pb.SayAwayResponse:
        days = {"first_day": first.isoformat() if first else "", "last_day": last.isoformat() if last else ""}
        response: pb.SayAwayResponse = await call_service(
            self.stub.SayAway, pb.SayAwayRequest(request_id=str(new_id()), **days), self.people.token(by)
        )
        return response

    async def end_away(self, away: str, by: UUID) -> None:
        await call_service(self.stub.EndAway, pb.EndAwayRequest(request_id=str(new_id()), away_id=away), self.people.token(by))

    async def list_away(self, by: UUID) -> list[str]:
        response = await call_service(self.stub.ListAway, pb.ListAwayRequest(), self.people.token(by))
        return [away.away_id for away in response.away]

    async def who_could(self, visit: str, by: UUID | str) -> list[pb.Candidate]:
        response = await call_service(self.stub.GetWhoCould, pb.GetWhoCouldRequest(visit_id=visit), self.people.token(by))
        return list(response.candidates)

    async def ask(self, visit: str, by: UUID | str, chosen: Sequence[UUID], version: int = 2) -> int:
        request = pb.AskWorkersRequest(request_id=str(new_id()), visit_id=visit, version=version, person_ids=map(str, chosen))
        return int((await call_service(self.stub.AskWorkers, request, self.people.token(by))).asked)

    async def choices(self, visit: str, by: UUID) -> dict[str, list[str]]:
        """The ids of visits by colleague."""
        response = await call_service(self.stub.GetSwapChoices, pb.GetSwapChoicesRequest(visit_id=visit), self.people.token(by))
        return {choice.colleague_id: [each.visit_id for each in choice.visits] for choice in response.choices}

    async def offer(
        self,
        visit: str,
        by: UUID,
        to: UUID,
        *,
        back: str = "",
        version: int = 2,
        back_version: int = 2,
        said: SaidRestReason | None = None,
    ) -> str:
        request = pb.OfferSwapRequest(request_id=str(new_id()), visit_id=visit, version=version, colleague_id=str(to), rest_reason=said)
        if back:
            request.return_visit_id, request.return_version = back, back_version
        return str((await call_service(self.stub.OfferSwap, request, self.people.token(by))).swap_id)

    async def accept(self, swap: str, by: UUID, said: SaidRestReason | None = None) -> None:
        request = pb.AcceptSwapRequest(request_id=str(new_id()), swap_id=swap, rest_reason=said)
        await call_service(self.stub.AcceptSwap, request, self.people.token(by))

    async def decline(self, swap: str, by: UUID) -> None:
        request = pb.DeclineSwapRequest(request_id=str(new_id()), swap_id=swap)
        await call_service(self.stub.DeclineSwap, request, self.people.token(by))

    async def withdraw(self, swap: str, by: UUID) -> None:
        request = pb.WithdrawSwapRequest(request_id=str(new_id()), swap_id=swap)
        await call_service(self.stub.WithdrawSwap, request, self.people.token(by))

    async def list_swaps(self, by: UUID) -> list[str]:
        response = await call_service(self.stub.ListSwaps, pb.ListSwapsRequest(), self.people.token(by))
        return [swap.swap_id for swap in response.swaps]

    async def week(self, by: UUID, monday: date) -> pb.GetWorkerWeekResponse:
        request = pb.GetWorkerWeekRequest(monday=monday.isoformat())
        response: pb.GetWorkerWeekResponse = await call_service(self.stub.GetWorkerWeek, request, self.people.token(by))
        return response

    async def confirm(self, by: UUID, monday: date, fingerprint: str) -> None:
        request = pb.ConfirmWeekRequest(request_id=str(new_id()), monday=monday.isoformat(), fingerprint=fingerprint)
        await call_service(self.stub.ConfirmWeek, request, self.people.token(by))

    async def confirmed(self, person: UUID, by: UUID | str, first: date, days: int = 7) -> dict[str, list[str]]:
        """The ids of workers by visit."""
        request = pb.GetConfirmedVisitsRequest(person_id=str(person), first_day=first.isoformat(), days=days)
        response = await call_service(self.stub.GetConfirmedVisits, request, self.people.token(by))
        return {visit.visit_id: list(visit.worker_ids) for visit in response.visits}

    def next_monday(self) -> date:
        today = self.people.day(0)
        return today + timedelta(days=7 - today.weekday())

    async def workers_of(self, visit: str, by: UUID) -> list[str]:
        return list((await self.people.get(visit, by)).worker_ids)
