"""A person's money: who pays for visits to them, what is left of each budget, and what visits have cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.budget import BudgetBalance, budget_balances
from services.scheduling.domain.funding import FundingPlan, Payer
from services.scheduling.domain.settle_file import SettleFile, settle_files
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.terms import agreed_on
from services.scheduling.queries.person_costs import load_costs
from services.scheduling.storage import funding, pay_periods
from services.scheduling.storage.money_access import require_payer_or_secretary
from services.scheduling.storage.pay_periods import ClosedVisit

MOST_CHARGED = 200


@dataclass(frozen=True)
class PersonFunding:
    plans: Sequence[FundingPlan]
    payers: Sequence[Payer]
    balances: Sequence[BudgetBalance]
    charged: Sequence[ClosedVisit]
    files: Sequence[SettleFile]


async def get_funding(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> PersonFunding:
    """For the person, who acts for them in `money`, and a secretary. Raises what `require_payer_or_secretary` raises."""
    await require_payer_or_secretary(work, person)
    plans = (await funding.list_of(work, {person})).get(person, [])
    charged = await pay_periods.list_of_person(work, person, MOST_CHARGED)
    today = work.now.astimezone(zone).date()
    in_force = agreed_on(today, plans)
    balances = budget_balances(in_force, today, await load_costs(work, person, in_force, today, zone)) if in_force else []
    named = {line.payer for plan in plans for line in plan.lines}
    named |= {payer for each in charged for payer, _ in each.settled.terms.lines}
    await audit.record_read(work, "funding", "view", person)
    return PersonFunding(plans, await funding.list_payers(work, named), balances, charged, _files(charged))


def _files(charged: Sequence[ClosedVisit]) -> list[SettleFile]:
    """None where a file would show what an employed worker is paid: that is not this person's to read."""
    if any(each.settled.terms.works_as is Engagement.EMPLOYED for each in charged):
        return []
    return settle_files("visits", [each.settled for each in charged])
