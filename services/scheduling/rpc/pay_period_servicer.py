"""The RPCs of pay periods."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import pay_periods_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.close_period import close_period
from services.scheduling.domain.due_visits import NotSettledVisit
from services.scheduling.domain.funding import Payer
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.domain.pay_period import SettledVisit, WorkerPay, fingerprint, pay_by_worker
from services.scheduling.domain.settle_file import settle_files
from services.scheduling.queries.get_invoice import InvoiceWithVisits, get_invoice
from services.scheduling.queries.get_open_period import get_open_period
from services.scheduling.queries.get_pay import OwnPay, get_pay
from services.scheduling.queries.get_period import ClosedPeriod, get_period
from services.scheduling.queries.list_periods import list_periods
from services.scheduling.rpc.money_messages import (
    charge_messages,
    closed_visit,
    file_message,
    invoice_message,
    payer_message,
    period_message,
    settled_visit,
    worker_pay,
)
from services.scheduling.storage.open_periods import OpenPeriod
from services.scheduling.storage.pay_periods import ClosedVisit


def pay_period_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "invoice", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "PayPeriodService",
        runtime.transactions,
        {
            "GetOpenPeriod": query(_days, partial(get_open_period, zone=zone), _open_period),
            "ClosePeriod": command(
                _closing, partial(close_period, zone=zone), lambda period: pb.ClosePeriodResponse(period_id=str(period))
            ),
            "ListPeriods": query(lambda request: (PageRequest(request.page_size, request.page_token),), list_periods, _periods),
            "GetPeriod": query(lambda request: (parse_id("period_id", request.period_id),), get_period, _period),
            "GetPay": query(_optional_period, partial(get_pay, zone=zone), _pay),
            "GetInvoice": acting(query(lambda request: (request.number,), get_invoice, _invoice)),
        },
    )


def _days(request: pb.GetOpenPeriodRequest | pb.ClosePeriodRequest) -> tuple[date | None, date | None]:
    return parse_day("first_day", request.first_day), parse_day("last_day", request.last_day)


def _closing(request: pb.ClosePeriodRequest) -> tuple[date | None, date | None, str, Mapping[UUID, str]]:
    reasons = {parse_id("reasons", each.worker_id): each.reason for each in request.reasons}
    return *_days(request), request.fingerprint, reasons


def _optional_period(request: pb.GetPayRequest) -> tuple[UUID | None]:
    return (parse_id("period_id", request.period_id) if request.period_id else None,)


def _open_period(found: OpenPeriod) -> pb.GetOpenPeriodResponse:
    visits = [settled_visit(each, charge_messages(each)) for each in found.settled]
    return pb.GetOpenPeriodResponse(
        first_day=found.first_day.isoformat(),
        last_day=found.last_day.isoformat(),
        is_first=found.is_first,
        contents=_contents(visits, found.payers, found.settled, found.last_day),
        not_settled=map(_not_settled, found.not_settled),
        fingerprint=fingerprint(found.settled),
        below_floor_with_reason=found.rules is not None and found.rules.below_floor_with_reason,
        last_invoice=found.numbers.last,
        new_series_from=found.numbers.next if found.numbers.begins_series else 0,
    )


def _contents(
    visits: Iterable[pb.SettledVisit],
    payers: Iterable[Payer],
    settled: Sequence[SettledVisit],
    last_day: date,
    reasons: Mapping[UUID, str] | None = None,
) -> pb.PeriodContents:
    """`visits` are the messages of what is `settled`."""
    said = reasons or {}
    return pb.PeriodContents(
        visits=visits,
        payers=map(payer_message, payers),
        pay=[worker_pay(worker, pay, said.get(worker, "")) for worker, pay in pay_by_worker(settled).items()],
        files=map(file_message, settle_files(f"period-to-{last_day}", settled)),
        co_op_pence=sum(each.price - each.pay for each in settled),
    )


def _not_settled(visit: NotSettledVisit) -> pb.NotSettledVisit:
    return pb.NotSettledVisit(
        visit_id=str(visit.visit),
        person_id=str(visit.person),
        worker_id=str(visit.worker),
        starts_at=timestamp(visit.starts),
        reason=to_wire(pb.NotSettledReason, visit.reason),
    )


def _periods(page: Page[PayPeriod]) -> pb.ListPeriodsResponse:
    return pb.ListPeriodsResponse(periods=map(period_message, page.items), next_page_token=page.next_token)


def _period(found: ClosedPeriod) -> pb.GetPeriodResponse:
    settled = [each.settled for each in found.visits]
    contents = _contents(map(closed_visit, found.visits), found.payers, settled, found.period.last_day, found.reasons)
    return pb.GetPeriodResponse(period=period_message(found.period), contents=contents, invoices=map(invoice_message, found.invoices))


def _pay(found: OwnPay) -> pb.GetPayResponse:
    name = f"pay-to-{found.period.last_day}" if found.period else "pay-so-far"
    return pb.GetPayResponse(
        pay=worker_pay(found.worker, pay_by_worker(found.settled).get(found.worker, WorkerPay()), found.reason),
        visits=map(settled_visit, found.settled),
        files=map(file_message, settle_files(name, found.settled, without_payers=True)),
        period=period_message(found.period) if found.period else None,
    )


def _invoice(found: InvoiceWithVisits) -> pb.GetInvoiceResponse:
    return pb.GetInvoiceResponse(
        invoice=invoice_message(found.invoice),
        period=period_message(found.period),
        payer=payer_message(found.payer) if found.payer else None,
        visits=map(_on_invoice, found.visits),
    )


def _on_invoice(closed: ClosedVisit) -> pb.SettledVisit:
    visit = closed_visit(closed, with_pay=False)
    visit.hour_pence = closed.settled.terms.hour_price
    return visit
