"""Everything that a closed pay period has, for a secretary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.funding import Payer
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.storage import funding, pay_periods
from services.scheduling.storage.money_access import require_secretary
from services.scheduling.storage.pay_periods import ClosedVisit, Invoice


@dataclass(frozen=True)
class ClosedPeriod:
    """`reasons` say why workers got less than the floor."""

    period: PayPeriod
    visits: Sequence[ClosedVisit]
    invoices: Sequence[Invoice]
    payers: Sequence[Payer]
    reasons: Mapping[UUID, str]


async def get_period(work: UnitOfWork, period_id: UUID) -> ClosedPeriod:
    """Everybody in it is audited. Raises NotAllowed HAT_NEEDED, NotFound PERIOD_UNKNOWN."""
    await require_secretary(work)
    period = await pay_periods.get(work, period_id)
    visits = await pay_periods.list_settled(work, period_id)
    people = {who for each in visits for who in (*each.settled.persons, each.settled.visit.person, each.settled.visit.worker)}
    await audit.record_read(work, "pay period", "view", *people)
    named = {payer for each in visits for payer, _ in each.settled.terms.lines}
    invoices, reasons = await pay_periods.list_invoices(work, period_id), await pay_periods.list_reasons(work, period_id)
    return ClosedPeriod(period, visits, invoices, await funding.list_payers(work, named), reasons)
