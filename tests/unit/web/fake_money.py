"""Fakes of money: Jo pays for visits with a council, Ada works for Jo, one period is closed, and one is open."""

from datetime import timedelta

from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_visits import OPEN, TAKEN

PERIOD, COUNCIL, PLAN, AGREED_PLAN, OFFERED, AGREED, MEAL = (f"01939f00-0000-7000-8000-0000000000d{number}" for number in range(1, 8))
SHARED, SHARED_ASKED, SHARED_WAITING = (f"01939f00-0000-7000-8000-0000000000e{number}" for number in range(1, 4))
FINGERPRINT = "a" * 64


class FakeFundingService(FakeService):
    """Tests change `files` for what they want to see."""

    def __init__(self) -> None:
        self.payers = [
            funding.Payer(payer_id=COUNCIL, kind=funding.PAYER_KIND_COUNCIL, organisation="Norwood Council", address="1 High St")
        ]
        self.files = [funding.SettleFile(name="visits-1.json", content=b"{}")]
        super().__init__(funding.DESCRIPTOR.services_by_name["FundingService"])

    def GetPayers(self, _request: funding.GetPayersRequest) -> funding.GetPayersResponse:
        return funding.GetPayersResponse(payers=self.payers)

    def GetFunding(self, request: funding.GetFundingRequest) -> funding.GetFundingResponse:
        person = request.person_id
        return funding.GetFundingResponse(
            plans=[
                _plan(PLAN, person, "2026-12-01", funding.TERMS_STATE_PROPOSED),
                _plan(AGREED_PLAN, person, "2026-01-01", funding.TERMS_STATE_AGREED, last_day="2026-11-30"),
            ],
            payers=self.payers,
            balances=[
                funding.BudgetBalance(
                    payer_id=COUNCIL,
                    span=funding.BUDGET_SPAN_WEEK,
                    first_day="2026-11-23",
                    last_day="2026-11-29",
                    budget_pence=15000,
                    spent_pence=12000,
                    planned_pence=4000,
                    left_pence=-1000,
                    not_priced=2,
                )
            ],
            charged=[
                funding.ChargedVisit(
                    period_id=PERIOD,
                    visit_id=OPEN,
                    worker_id=ADA,
                    starts_at=to_timestamp(NOW - timedelta(days=8)),
                    ends_at=to_timestamp(NOW - timedelta(days=8, hours=-1)),
                    taken_back=taken_back,
                    charges=_charges(person, -1 if taken_back else 1),
                )
                for taken_back in (False, True)
            ],
            files=self.files,
        )

    def GetSharedBudgets(self, request: funding.GetSharedBudgetsRequest) -> funding.GetSharedBudgetsResponse:
        person, other = request.person_id, JO if request.person_id == ADA else ADA
        running = _shared(SHARED, person, other, funding.TERMS_STATE_AGREED)
        running.last_day, running.span, running.left_pence = "2026-12-31", funding.BUDGET_SPAN_MONTH, 12500
        running.parts.add(person_id=person, budget_pence=20000, spent_pence=6000, planned_pence=1500)
        running.parts.add(person_id=other, budget_pence=5000, spent_pence=4000, planned_pence=1000, not_priced=1)
        running.own_costs.add(day="2026-11-03", pence=6000)
        running.own_costs.add(day="2026-11-27", pence=1500, planned=True)
        proposed = _shared(SHARED_ASKED, MO, person, funding.TERMS_STATE_PROPOSED)
        proposed.may_answer = True
        waiting = _shared(SHARED_WAITING, person, MO, funding.TERMS_STATE_PROPOSED)
        declined = _shared(SHARED_WAITING, person, other, funding.TERMS_STATE_DECLINED)
        return funding.GetSharedBudgetsResponse(
            shared_budgets=[running, proposed, waiting, declined],
            payers=self.payers,
            own_payer_ids=[COUNCIL],
        )

    def ProposeSharedBudget(self, _request: funding.ProposeSharedBudgetRequest) -> funding.ProposeSharedBudgetResponse:
        return funding.ProposeSharedBudgetResponse(shared_budget_id=SHARED_WAITING)


class FakeEngagementService(FakeService):
    """The co-op offers Ada a wage; what she wrote herself waits for the co-op."""

    def __init__(self) -> None:
        super().__init__(engagements.DESCRIPTOR.services_by_name["EngagementService"])

    def GetEngagements(self, request: engagements.GetEngagementsRequest) -> engagements.GetEngagementsResponse:
        worker = request.worker_id
        return engagements.GetEngagementsResponse(
            engagements=[
                _engagement(OFFERED, worker, MO if worker == ADA else worker, funding.TERMS_STATE_PROPOSED, "2026-12-01"),
                _engagement(AGREED, worker, MO, funding.TERMS_STATE_AGREED, "2026-01-01", last_day="2026-11-30"),
            ]
        )


class FakePayPeriodService(FakeService):
    """Tests change `open` and `statement` for what they want to see."""

    def __init__(self) -> None:
        self.open = pb.GetOpenPeriodResponse(
            first_day="2026-11-17",
            last_day="2026-11-23",
            contents=_contents(),
            not_settled=[
                pb.NotSettledVisit(
                    visit_id=TAKEN, person_id=JO, worker_id=ADA, starts_at=to_timestamp(NOW - timedelta(days=2)), reason=reason
                )
                for reason in list(pb.NotSettledReason.values())[1:]
            ],
            fingerprint=FINGERPRINT,
            below_floor_with_reason=True,
        )
        self.statement = pb.OpenStatement(
            is_shown=True,
            price_pence=123456,
            pay_pence=100000,
            is_travel_shown=True,
            travel_pay_pence=10000,
            overhead_pence=13456,
            visits=40,
            workers=6,
            persons=9,
            fewest_in_line=5,
        )
        super().__init__(pb.DESCRIPTOR.services_by_name["PayPeriodService"])

    def GetOpenPeriod(self, _request: pb.GetOpenPeriodRequest) -> pb.GetOpenPeriodResponse:
        return self.open

    def ClosePeriod(self, _request: pb.ClosePeriodRequest) -> pb.ClosePeriodResponse:
        return pb.ClosePeriodResponse(period_id=PERIOD)

    def ListPeriods(self, _request: pb.ListPeriodsRequest) -> pb.ListPeriodsResponse:
        few = pb.PayPeriod(period_id=PERIOD, first_day="2026-11-03", last_day="2026-11-09", statement=pb.OpenStatement(fewest_in_line=5))
        return pb.ListPeriodsResponse(periods=[self._period(), few])

    def GetPeriod(self, _request: pb.GetPeriodRequest) -> pb.GetPeriodResponse:
        return pb.GetPeriodResponse(period=self._period(), contents=_contents(), invoices=[_invoice(1), _invoice(2, is_credit_note=True)])

    def GetPay(self, request: pb.GetPayRequest) -> pb.GetPayResponse:
        contents = _contents()
        period = self._period() if request.period_id else None
        return pb.GetPayResponse(pay=contents.pay[0], visits=contents.visits, files=contents.files, period=period)

    def GetInvoice(self, request: pb.GetInvoiceRequest) -> pb.GetInvoiceResponse:
        payer = FakeFundingService().payers[0]
        visits = map(_priced, _contents().visits)
        return pb.GetInvoiceResponse(invoice=_invoice(request.number), period=self._period(), payer=payer, visits=visits)

    def _period(self) -> pb.PayPeriod:
        closed = to_timestamp(NOW - timedelta(days=7))
        return pb.PayPeriod(period_id=PERIOD, first_day="2026-11-10", last_day="2026-11-16", closed_at=closed, statement=self.statement)


class FakeActivityService(FakeService):
    """Two meals in one month."""

    def __init__(self) -> None:
        super().__init__(activities.DESCRIPTOR.services_by_name["ActivityService"])

    def GetActivityYear(self, request: activities.GetActivityYearRequest) -> activities.GetActivityYearResponse:
        came = [activities.CameByClass(member_class=name, came=number) for name, number in (("guest", 3), ("worker", 2))]
        held = [
            activities.Activity(
                activity_id=MEAL,
                day=f"{request.year}-02-{day:02}",
                kind=activities.ACTIVITY_KIND_MEAL,
                came=came,
                may_remove=day == 3,
            )
            for day in (3, 10)
        ]
        month = activities.ActivityMonth(month=f"{request.year}-02", activities=2, came=[*came])
        return activities.GetActivityYearResponse(activities=held, months=[month])


def _shared(shared: str, proposed_by: str, other: str, state: "funding.TermsState.ValueType") -> funding.SharedBudget:
    return funding.SharedBudget(
        shared_budget_id=shared,
        payer_id=COUNCIL,
        proposed_by_id=proposed_by,
        other_id=other,
        first_day="2026-11-01",
        state=state,
        version=3,
    )


def _plan(plan: str, person: str, first_day: str, state: "funding.TermsState.ValueType", last_day: str = "") -> funding.FundingPlan:
    lines = [
        funding.FundingLine(payer_id=COUNCIL, share="3/5", budget_pence=15000, budget_span=funding.BUDGET_SPAN_WEEK),
        funding.FundingLine(payer_id=person, share="2/5"),
    ]
    return funding.FundingPlan(
        plan_id=plan, person_id=person, first_day=first_day, last_day=last_day, lines=lines, state=state, proposed_by=MO
    )


def _engagement(
    engagement: str, worker: str, by: str, state: "funding.TermsState.ValueType", first_day: str, last_day: str = ""
) -> engagements.Engagement:
    return engagements.Engagement(
        engagement_id=engagement,
        worker_id=worker,
        kind=engagements.ENGAGEMENT_KIND_EMPLOYED,
        rate_pence=1500,
        wage_pence=1260,
        first_day=first_day,
        last_day=last_day,
        state=state,
        proposed_by=by,
    )


def _charges(person: str, sign: int = 1) -> list[funding.Charge]:
    return [
        funding.Charge(payer_id=COUNCIL, share="3/5", pence=sign * 1234, invoice_number=1),
        funding.Charge(payer_id=person, share="2/5", pence=sign * 822, invoice_number=2),
    ]


def _contents() -> pb.PeriodContents:
    starts = NOW - timedelta(days=8)
    visit = pb.SettledVisit(
        visit_id=OPEN,
        person_id=JO,
        worker_id=ADA,
        starts_at=to_timestamp(starts),
        ends_at=to_timestamp(starts + timedelta(minutes=70)),
        travel_minutes=12,
        waiting_minutes=5,
        care_pay_pence=1470,
        travel_pay_pence=357,
        charges=_charges(JO),
    )
    pay = pb.WorkerPay(
        worker_id=ADA, care_minutes=70, travel_minutes=12, waiting_minutes=5, pence=1827, floor_pence=1900, below_floor_reason="A slip"
    )
    files = [
        funding.SettleFile(name="period-1.json", content=b"{}"),
        funding.SettleFile(name="period-2.json", content=b"{}", taken_back=True),
    ]
    return pb.PeriodContents(visits=[visit], pay=[pay], payers=FakeFundingService().payers, files=files, co_op_pence=229)


def _priced(visit: pb.SettledVisit) -> pb.SettledVisit:
    """As it stands on an invoice: 20.56 for 70 minutes."""
    priced = pb.SettledVisit(hour_pence=1762)
    priced.MergeFrom(visit)
    return priced


def _invoice(number: int, *, is_credit_note: bool = False) -> pb.Invoice:
    issued = to_timestamp(NOW - timedelta(days=7))
    return pb.Invoice(number=number, payer_id=COUNCIL, is_credit_note=is_credit_note, pence=1234, issued_at=issued)
