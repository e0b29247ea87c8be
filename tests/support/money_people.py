"""A co-op whose visits are paid for: a rulebook with shares, a secretary, payers, and calls about money."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from kith.scheduling.v1 import visit_records_pb2 as visit_records
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.engagements_pb2_grpc import EngagementServiceStub
from kith.scheduling.v1.funding_pb2_grpc import FundingServiceStub
from kith.scheduling.v1.pay_periods_pb2_grpc import PayPeriodServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.visit_record_people import RecordPeople

Line = tuple[UUID | str, str]
"""A payer and their share."""


@dataclass
class MoneyPeople:
    """Calls in the names of a secretary, workers and the people whom they visit."""

    records: RecordPeople
    secretary: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        co_op = self.people.co_op
        self.funding = co_op.stub(FundingServiceStub)
        self.engagements = co_op.stub(EngagementServiceStub)
        self.periods = co_op.stub(PayPeriodServiceStub)

    @property
    def people(self) -> VisitPeople:
        return self.records.people

    @property
    def office(self) -> str:
        """The secretary's token, with the hat."""
        return self.people.co_op.token(self.secretary, hat="secretary")

    async def begin(self) -> None:
        await self.people.identity.publish((HatGiven(person_id=str(self.secretary), hat="secretary"), str(self.secretary)))
        await self.people.co_op.wait_until_consumed("scheduling", "identity")

    async def adopt(
        self, payer_adds: str = "7/40", worker_gives: str = "3/40", at: datetime | None = None, floor: int = 0, *, with_reason: bool = False
    ) -> None:
        """A rulebook with these shares comes into force, a month ago unless said."""
        adopted = RulebookAdopted(rulebook_hash="a" * 64, decision_id=str(new_id()))
        money = adopted.money
        money.payer_adds, money.worker_gives, money.fewest_in_line = payer_adds, worker_gives, 2
        money.below_floor_with_reason = with_reason
        if floor:
            money.pay_floors.add(first_day="2025-04-01", pence_an_hour=floor)
        await self.people.governance.publish((adopted, adopted.decision_id), at=at or self.people.co_op.now() - timedelta(days=30))
        await self.people.co_op.wait_until_consumed("scheduling", "governance")

    async def add_payer(self, organisation: str, kind: "funding.PayerKind.ValueType" = funding.PAYER_KIND_COUNCIL) -> str:
        request = funding.AddPayerRequest(request_id=str(new_id()), kind=kind, organisation=organisation, address="1 High Street")
        return str((await call_service(self.funding.AddPayer, request, self.office)).payer_id)

    async def propose_funding(
        self,
        person: UUID,
        lines: Sequence[Line],
        budget: int = 0,
        first_day: str = "2026-01-01",
        span: "funding.BudgetSpan.ValueType" = funding.BUDGET_SPAN_WEEK,
    ) -> str:
        """The first payer has the budget, of a week unless said."""
        request = funding.ProposeFundingRequest(request_id=str(new_id()), person_id=str(person), first_day=first_day)
        for place, (payer, share) in enumerate(lines):
            has_budget = budget if place == 0 else 0
            of_line = span if has_budget else funding.BUDGET_SPAN_UNSPECIFIED
            request.lines.add(payer_id=str(payer), share=share, budget_pence=has_budget, budget_span=of_line)
        return str((await call_service(self.funding.ProposeFunding, request, self.office)).plan_id)

    async def answer_funding(self, plan: str, by: UUID | str, *, agrees: bool = True) -> None:
        request = funding.AnswerFundingRequest(request_id=str(new_id()), plan_id=plan, agrees=agrees)
        await call_service(self.funding.AnswerFunding, request, self.people.token(by))

    async def waiting(self, by: UUID | str) -> visits.GetWaitingResponse:
        """What waits for an answer of theirs, or of whom they act for."""
        found: visits.GetWaitingResponse = await call_service(
            self.people.stub.GetWaiting, visits.GetWaitingRequest(), self.people.token(by)
        )
        return found

    async def fund(
        self, person: UUID, *lines: Line, budget: int = 0, span: "funding.BudgetSpan.ValueType" = funding.BUDGET_SPAN_WEEK
    ) -> None:
        """Written down and agreed."""
        await self.answer_funding(await self.propose_funding(person, lines, budget, span=span), person)

    async def get_funding(self, person: UUID, by: UUID | str) -> funding.GetFundingResponse:
        request = funding.GetFundingRequest(person_id=str(person))
        found: funding.GetFundingResponse = await call_service(self.funding.GetFunding, request, self.people.token(by))
        return found

    async def propose_engagement(
        self,
        worker: UUID,
        kind: "engagements.EngagementKind.ValueType",
        rate: int = 0,
        wage: int = 0,
        by: UUID | str = "",
        first_day: str = "2026-01-01",
    ) -> str:
        """By the secretary unless said."""
        request = engagements.ProposeEngagementRequest(
            request_id=str(new_id()), worker_id=str(worker), kind=kind, rate_pence=rate, wage_pence=wage, first_day=first_day
        )
        token = self.people.token(by) if by else self.office
        return str((await call_service(self.engagements.ProposeEngagement, request, token)).engagement_id)

    async def answer_engagement(self, engagement: str, by: UUID | str, *, agrees: bool = True) -> None:
        request = engagements.AnswerEngagementRequest(request_id=str(new_id()), engagement_id=engagement, agrees=agrees)
        await call_service(self.engagements.AnswerEngagement, request, self.people.token(by))

    async def engage(self, worker: UUID, kind: "engagements.EngagementKind.ValueType", rate: int = 0, wage: int = 0) -> None:
        """Proposed by the secretary, and agreed."""
        await self.answer_engagement(await self.propose_engagement(worker, kind, rate, wage), worker)

    async def list_engagements(self, worker: UUID, by: UUID | str) -> Sequence[engagements.Engagement]:
        request = engagements.GetEngagementsRequest(worker_id=str(worker))
        response: engagements.GetEngagementsResponse = await call_service(self.engagements.GetEngagements, request, self.people.token(by))
        return response.engagements

    async def plan(self, person: UUID, worker: UUID, ahead: int, hour: float = 12, hours: float = 1) -> str:
        """A visit that is agreed and taken."""
        visit = await self.people.propose(person, person, self.people.at(ahead, hour, hours))
        await self.people.take(visit, worker)
        return visit

    async def write(self, visit: str, worker: UUID, days_ago: int, hour: float, minutes: int, travel: int = 0, waiting: int = 0) -> str:
        """The worker writes it down, or corrects it; the record."""
        found = (await self.records.get(visit, worker)).records
        starts = self.records.at(hour, days_ago)
        request = visit_records.RecordVisitRequest(
            request_id=str(new_id()),
            visit_id=visit,
            record_id=found[0].record_id if found else "",
            version=found[0].version if found else 0,
            starts=starts,
            ends=visit_records.LocalMoment(day=starts.day, minute=starts.minute + minutes),
            travel_minutes=travel,
            waiting_minutes=waiting,
        )
        return str((await call_service(self.records.stub.RecordVisit, request, self.people.token(worker))).record_id)

    async def confirm(self, visit: str, person: UUID) -> None:
        record = await self.records.get_one(visit, person)
        await self.records.confirm(record.record_id, person, record.version)

    async def open_period(self, first: int = 0, last: int = 0, by: str = "") -> pb.GetOpenPeriodResponse:
        """Days counted from today; 0 leaves them to the service."""
        request = pb.GetOpenPeriodRequest(first_day=self._day(first), last_day=self._day(last))
        found: pb.GetOpenPeriodResponse = await call_service(self.periods.GetOpenPeriod, request, by or self.office)
        return found

    async def close(self, found: pb.GetOpenPeriodResponse, reasons: Sequence[tuple[UUID, str]] = (), by: str = "") -> str:
        """As it was seen."""
        request = pb.ClosePeriodRequest(
            request_id=str(new_id()), first_day=found.first_day, last_day=found.last_day, fingerprint=found.fingerprint
        )
        for worker, reason in reasons:
            request.reasons.add(worker_id=str(worker), reason=reason)
        return str((await call_service(self.periods.ClosePeriod, request, by or self.office)).period_id)

    async def get_period(self, period: str, by: str = "") -> pb.GetPeriodResponse:
        request = pb.GetPeriodRequest(period_id=period)
        found: pb.GetPeriodResponse = await call_service(self.periods.GetPeriod, request, by or self.office)
        return found

    async def get_pay(self, worker: UUID, period: str = "") -> pb.GetPayResponse:
        request = pb.GetPayRequest(period_id=period)
        found: pb.GetPayResponse = await call_service(self.periods.GetPay, request, self.people.token(worker))
        return found

    async def get_invoice(self, number: int, by: UUID | str = "") -> pb.GetInvoiceResponse:
        request = pb.GetInvoiceRequest(number=number)
        token = self.people.token(by) if by else self.office
        found: pb.GetInvoiceResponse = await call_service(self.periods.GetInvoice, request, token)
        return found

    async def list_periods(self, by: UUID) -> Sequence[pb.PayPeriod]:
        response: pb.ListPeriodsResponse = await call_service(self.periods.ListPeriods, pb.ListPeriodsRequest(), self.people.token(by))
        return response.periods

    def _day(self, ahead: int) -> str:
        return self.people.day(ahead).isoformat() if ahead else ""


@asynccontextmanager
async def money_people(infrastructure: Infrastructure, **settings: object) -> AsyncIterator[MoneyPeople]:
    """A co-op with scheduling alone, of these settings, and a secretary."""
    async with visit_people(infrastructure, **settings) as people:
        money = MoneyPeople(RecordPeople(people))
        await money.begin()
        yield money
