"""Messages that several services of money share: payers, charges, settled visits, files, and closed periods."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from libs.rpc.enums import to_wire
from libs.rpc.fields import timestamp
from services.scheduling.domain.funding import Payer
from services.scheduling.domain.open_statement import PayPeriod, open_statement
from services.scheduling.domain.pay_period import WHOLE, SettledVisit, WorkerPay
from services.scheduling.domain.settle_file import SettleFile
from services.scheduling.storage.pay_periods import ClosedVisit, Invoice


def payer_message(payer: Payer) -> funding.Payer:
    kind = to_wire(funding.PayerKind, payer.kind)
    return funding.Payer(payer_id=str(payer.id), kind=kind, organisation=payer.organisation, address=payer.address)


def charge_messages(settled: SettledVisit, invoices: Sequence[int | None] = ()) -> list[funding.Charge]:
    """`invoices` are the numbers on which the charges are; there are none before the period is closed."""
    numbers = invoices or [None] * len(settled.charges)
    return [
        funding.Charge(
            payer_id=str(payer),
            share=share,
            pence=pence,
            invoice_number=number or 0,
            person_id=str(person),
            part="" if part == WHOLE else part,
        )
        for (payer, share), person, part, pence, number in zip(
            settled.terms.lines, settled.persons, settled.terms.line_parts, settled.charges, numbers, strict=True
        )
    ]


def settled_visit(settled: SettledVisit, charges: Iterable[funding.Charge] = (), *, with_pay: bool = True) -> pb.SettledVisit:
    visit = settled.visit
    return pb.SettledVisit(
        visit_id=str(visit.visit),
        person_id=str(visit.person),
        worker_id=str(visit.worker),
        starts_at=timestamp(visit.starts),
        ends_at=timestamp(visit.ends),
        travel_minutes=visit.travel,
        waiting_minutes=visit.waiting,
        taken_back=settled.taken_back,
        care_pay_pence=settled.care_pay if with_pay else 0,
        travel_pay_pence=settled.travel_pay if with_pay else 0,
        charges=charges,
    )


def closed_visit(closed: ClosedVisit, *, with_pay: bool = True) -> pb.SettledVisit:
    return settled_visit(closed.settled, charge_messages(closed.settled, closed.invoices), with_pay=with_pay)


def worker_pay(worker: UUID, pay: WorkerPay, reason: str = "") -> pb.WorkerPay:
    return pb.WorkerPay(
        worker_id=str(worker),
        care_minutes=pay.care,
        travel_minutes=pay.travel,
        waiting_minutes=pay.waiting,
        pence=pay.pence,
        floor_pence=pay.floor_pence,
        below_floor_reason=reason,
    )


def file_message(file: SettleFile) -> funding.SettleFile:
    return funding.SettleFile(name=file.name, content=file.content, taken_back=file.taken_back)


def invoice_message(invoice: Invoice) -> pb.Invoice:
    return pb.Invoice(
        number=invoice.number,
        payer_id=str(invoice.payer),
        is_credit_note=invoice.is_credit_note,
        pence=invoice.pence,
        issued_at=timestamp(invoice.issued_at),
    )


def period_message(period: PayPeriod) -> pb.PayPeriod:
    return pb.PayPeriod(
        period_id=str(period.id),
        first_day=period.first_day.isoformat(),
        last_day=period.last_day.isoformat(),
        closed_at=timestamp(period.closed_at),
        statement=_statement(period),
    )


def _statement(period: PayPeriod) -> pb.OpenStatement:
    found = open_statement(period)
    if found is None:
        return pb.OpenStatement(visits=period.visits, fewest_in_line=period.fewest_in_line)
    return pb.OpenStatement(
        is_shown=True,
        price_pence=found.price,
        pay_pence=found.pay,
        is_travel_shown=found.travel_pay is not None,
        travel_pay_pence=found.travel_pay or 0,
        overhead_pence=found.overhead,
        visits=period.visits,
        workers=period.workers,
        persons=period.persons,
        fewest_in_line=period.fewest_in_line,
    )
