"""One invoice, or credit note, with the visits on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.access import audit
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.funding import Payer
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.storage import funding, pay_periods
from services.scheduling.storage.money_access import require_payer_or_secretary
from services.scheduling.storage.pay_periods import ClosedVisit, Invoice


@dataclass(frozen=True)
class InvoiceWithVisits:
    """`payer` is None where the person who is visited pays themselves."""

    invoice: Invoice
    period: PayPeriod
    payer: Payer | None
    visits: Sequence[ClosedVisit]


async def get_invoice(work: UnitOfWork, number: int) -> InvoiceWithVisits:
    """For a secretary, and for the person who pays it, or who acts for them in `money`.

    Raises NotFound INVOICE_UNKNOWN, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    if not 0 < number < 2**62:
        raise NotFound("INVOICE_UNKNOWN")
    invoice = await pay_periods.get_invoice(work, number)
    await require_payer_or_secretary(work, invoice.payer)
    visits = await pay_periods.list_on_invoice(work, number)
    await audit.record_read(
        work, "invoice", "view", *{person for each in visits for person in (*each.settled.persons, each.settled.visit.person)}
    )
    payers = await funding.list_payers(work, {invoice.payer})
    return InvoiceWithVisits(invoice, await pay_periods.get(work, invoice.period), payers[0] if payers else None, visits)
