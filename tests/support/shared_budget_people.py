"""Calls about a budget that two share."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from kith.scheduling.v1 import funding_pb2 as pb
from kith.scheduling.v1.pay_periods_pb2 import Invoice
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.money_people import MoneyPeople


class SharedBudgetPeople:
    """Of one payer."""

    def __init__(self, money: MoneyPeople, payer: str) -> None:
        self.money = money
        self.people = money.people
        self.stub = money.funding
        self.payer = payer

    async def propose(self, person: UUID, other: UUID, by: UUID | str = "", payer: str = "", first_day: str = "") -> str:
        request = pb.ProposeSharedBudgetRequest(
            request_id=str(new_id()), person_id=str(person), payer_id=payer or self.payer, other_id=str(other), first_day=first_day
        )
        return str((await call_service(self.stub.ProposeSharedBudget, request, self.people.token(by or person))).shared_budget_id)

    async def answer(self, shared: str, by: UUID | str, version: int = 1, *, agrees: bool = True) -> None:
        request = pb.AnswerSharedBudgetRequest(request_id=str(new_id()), shared_budget_id=shared, version=version, agrees=agrees)
        await call_service(self.stub.AnswerSharedBudget, request, self.people.token(by))

    async def end(self, shared: str, by: UUID | str, version: int, from_day: str = "") -> None:
        request = pb.EndSharedBudgetRequest(request_id=str(new_id()), shared_budget_id=shared, version=version, from_day=from_day)
        await call_service(self.stub.EndSharedBudget, request, self.people.token(by))

    async def list_of(self, person: UUID, by: UUID | str = "") -> Sequence[pb.SharedBudget]:
        request = pb.GetSharedBudgetsRequest(person_id=str(person))
        found = await call_service(self.stub.GetSharedBudgets, request, self.people.token(by or person))
        return list(found.shared_budgets)

    async def charged_by_person(self, invoices: Sequence[Invoice]) -> dict[str, int]:
        """Pence by the id of the person, from the one invoice to the payer."""
        [number] = [invoice.number for invoice in invoices if invoice.payer_id == self.payer]
        charged = Counter[str]()
        for visit in (await self.money.get_invoice(number)).visits:
            for charge in visit.charges:
                charged[charge.person_id] += charge.pence if charge.payer_id == self.payer else 0
        return dict(charged)
