"""The RPCs of budgets that two share: part of those of who pays for visits."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import funding_pb2 as pb
from kith.scheduling.v1.enums import TermsState
from libs.rpc.binding import Method, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id
from services.scheduling.commands.answer_shared_budget import answer_shared_budget
from services.scheduling.commands.end_shared_budget import end_shared_budget
from services.scheduling.commands.propose_shared_budget import propose_shared_budget
from services.scheduling.domain.budget import BudgetPart
from services.scheduling.queries.get_shared_budgets import BudgetOfTwo, SharedBudgets, get_shared_budgets
from services.scheduling.rpc.money_messages import payer_message

_Method = Method[Any, Any]
"""Each of messages of its own, as `bind` takes them."""


def shared_budget_methods(acting: Callable[[_Method], _Method], zone: ZoneInfo) -> Mapping[str, _Method]:
    return {
        "ProposeSharedBudget": acting(
            command(
                _new, partial(propose_shared_budget, zone=zone), lambda shared: pb.ProposeSharedBudgetResponse(shared_budget_id=str(shared))
            )
        ),
        "AnswerSharedBudget": acting(command(_answer, partial(answer_shared_budget, zone=zone), lambda _: pb.AnswerSharedBudgetResponse())),
        "EndSharedBudget": acting(command(_end, partial(end_shared_budget, zone=zone), lambda _: pb.EndSharedBudgetResponse())),
        "GetSharedBudgets": acting(
            query(lambda request: (parse_id("person_id", request.person_id),), partial(get_shared_budgets, zone=zone), _listed)
        ),
    }


def _new(request: pb.ProposeSharedBudgetRequest) -> tuple[UUID, UUID, UUID, date | None]:
    ids = parse_id("person_id", request.person_id), parse_id("payer_id", request.payer_id), parse_id("other_id", request.other_id)
    return *ids, parse_day("first_day", request.first_day)


def _shown(request: pb.AnswerSharedBudgetRequest | pb.EndSharedBudgetRequest) -> tuple[UUID, int]:
    return parse_id("shared_budget_id", request.shared_budget_id), request.version


def _answer(request: pb.AnswerSharedBudgetRequest) -> tuple[UUID, int, bool]:
    return *_shown(request), request.agrees


def _end(request: pb.EndSharedBudgetRequest) -> tuple[UUID, int, date | None]:
    return *_shown(request), parse_day("from_day", request.from_day)


def _listed(found: SharedBudgets) -> pb.GetSharedBudgetsResponse:
    return pb.GetSharedBudgetsResponse(
        shared_budgets=[_message(each, found.person) for each in found.budgets],
        payers=map(payer_message, found.payers),
        own_payer_ids=map(str, found.own_payers),
    )


def _message(budget: BudgetOfTwo, person: UUID) -> pb.SharedBudget:
    shared = budget.shared
    message = pb.SharedBudget(
        shared_budget_id=str(shared.id),
        payer_id=str(shared.payer),
        proposed_by_id=str(shared.proposed_by),
        other_id=str(shared.other),
        first_day=shared.first_day.isoformat(),
        last_day=shared.last_day.isoformat() if shared.last_day else "",
        state=to_wire(pb.TermsState, shared.state),
        version=shared.version,
        may_answer=shared.state is TermsState.PROPOSED and person == shared.other,
    )
    if budget.span is not None:
        message.span = to_wire(pb.BudgetSpan, budget.span)
        message.parts.extend(_part(who, part) for who, part in budget.parts)
        message.left_pence = sum(part.left for _, part in budget.parts)
        own = budget.parts[0][1]
        costs = [pb.BudgetCost(day=cost.day.isoformat(), pence=cost.pence) for cost in own.spent]
        costs += [pb.BudgetCost(day=cost.day.isoformat(), pence=cost.pence, planned=True) for cost in own.planned]
        message.own_costs.extend(sorted(costs, key=lambda cost: cost.day))
    return message


def _part(person: UUID, part: BudgetPart) -> pb.SharedBudgetPart:
    return pb.SharedBudgetPart(
        person_id=str(person),
        budget_pence=part.budget,
        spent_pence=sum(cost.pence for cost in part.spent),
        planned_pence=sum(cost.pence for cost in part.planned),
        not_priced=part.not_priced,
    )
