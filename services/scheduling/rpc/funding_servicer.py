"""The RPCs of who pays for visits."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import funding_pb2 as pb
from kith.scheduling.v1.enums import BudgetSpan, PayerKind
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.add_payer import add_payer
from services.scheduling.commands.answer_funding import answer_funding
from services.scheduling.commands.propose_funding import propose_funding
from services.scheduling.domain.budget import BudgetBalance
from services.scheduling.domain.funding import FundingLine, FundingPlan, Payer
from services.scheduling.queries.get_funding import PersonFunding, get_funding
from services.scheduling.queries.get_payers import get_payers
from services.scheduling.rpc.money_messages import charge_messages, file_message, payer_message
from services.scheduling.rpc.shared_budget_methods import shared_budget_methods
from services.scheduling.storage.pay_periods import ClosedVisit


def funding_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "funding", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "FundingService",
        runtime.transactions,
        {
            "AddPayer": command(_new_payer, add_payer, lambda payer: pb.AddPayerResponse(payer_id=str(payer))),
            "GetPayers": query(lambda _: (), get_payers, _payers),
            "ProposeFunding": command(_new_plan, propose_funding, lambda plan: pb.ProposeFundingResponse(plan_id=str(plan))),
            "AnswerFunding": acting(
                command(
                    lambda request: (parse_id("plan_id", request.plan_id), request.agrees),
                    answer_funding,
                    lambda _: pb.AnswerFundingResponse(),
                )
            ),
            "GetFunding": acting(
                query(lambda request: (parse_id("person_id", request.person_id),), partial(get_funding, zone=zone), _funding)
            ),
            **shared_budget_methods(acting, zone),
        },
    )


def _new_payer(request: pb.AddPayerRequest) -> tuple[PayerKind, str, str]:
    return from_wire(pb.PayerKind, PayerKind, request.kind, "kind", "CHOICE_MISSING"), request.organisation, request.address


def _payers(payers: Iterable[Payer]) -> pb.GetPayersResponse:
    return pb.GetPayersResponse(payers=map(payer_message, payers))


def _new_plan(request: pb.ProposeFundingRequest) -> tuple[UUID, date | None, date | None, list[FundingLine]]:
    days = parse_day("first_day", request.first_day), parse_day("last_day", request.last_day)
    return parse_id("person_id", request.person_id), *days, list(map(_line, count(1), request.lines))


def _line(number: int, line: pb.FundingLine) -> FundingLine:
    span = from_wire(pb.BudgetSpan, BudgetSpan, line.budget_span, f"lines.{number}.budget", "BUDGET_WRONG") if line.budget_pence else None
    return FundingLine(parse_id("payer_id", line.payer_id), line.share, line.budget_pence, span)


def _funding(found: PersonFunding) -> pb.GetFundingResponse:
    return pb.GetFundingResponse(
        plans=map(_plan, found.plans),
        payers=map(payer_message, found.payers),
        balances=map(_balance, found.balances),
        charged=map(_charged, found.charged),
        files=map(file_message, found.files),
    )


def _plan(plan: FundingPlan) -> pb.FundingPlan:
    return pb.FundingPlan(
        plan_id=str(plan.id),
        person_id=str(plan.person),
        first_day=plan.first_day.isoformat(),
        last_day=plan.last_day.isoformat() if plan.last_day else "",
        lines=map(_line_message, plan.lines),
        state=to_wire(pb.TermsState, plan.state),
        proposed_by=str(plan.proposed_by),
        proposed_at=timestamp(plan.proposed_at),
        answered_by=str(plan.answered_by or ""),
        answered_at=timestamp(plan.answered_at) if plan.answered_at else None,
    )


def _line_message(line: FundingLine) -> pb.FundingLine:
    span = to_wire(pb.BudgetSpan, line.budget_span) if line.budget_span else pb.BUDGET_SPAN_UNSPECIFIED
    return pb.FundingLine(payer_id=str(line.payer), share=line.share, budget_pence=line.budget_pence, budget_span=span)


def _balance(balance: BudgetBalance) -> pb.BudgetBalance:
    last_day = balance.days.last_day
    return pb.BudgetBalance(
        payer_id=str(balance.payer),
        span=to_wire(pb.BudgetSpan, balance.budget_span),
        first_day=balance.days.first_day.isoformat(),
        last_day=last_day.isoformat() if last_day else "",
        budget_pence=balance.budget,
        spent_pence=balance.spent,
        planned_pence=balance.planned,
        left_pence=balance.left,
        not_priced=balance.not_priced,
    )


def _charged(closed: ClosedVisit) -> pb.ChargedVisit:
    visit = closed.settled.visit
    return pb.ChargedVisit(
        period_id=str(closed.period),
        visit_id=str(visit.visit),
        worker_id=str(visit.worker),
        starts_at=timestamp(visit.starts),
        ends_at=timestamp(visit.ends),
        taken_back=closed.settled.taken_back,
        charges=charge_messages(closed.settled, closed.invoices),
    )
