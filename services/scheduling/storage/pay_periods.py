"""Closed pay periods: append-only rows that say everything by themselves. Row-level security shows a person what they pay, a worker what
they get, and a secretary all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, insert, or_, select, text

from libs.database.all_rows import all_rows
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.database.shared_tables import outbox_state
from libs.refusals import NotFound
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.domain.pay_period import (
    WHOLE,
    InvoiceDraft,
    InvoiceNumbers,
    PartTerms,
    SettledVisit,
    VisitTerms,
    WorkedVisit,
    invoice_numbers,
)
from services.scheduling.domain.settlement import Engagement
from services.scheduling.storage.money_tables import below_floor, charge, earning, invoice, pay_period, settled_visit

# In SQL: SQLAlchemy has no word for a lock that is no row's. Periods are closed one after the other, so that invoices have no gap.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended('pay periods', 66))")
_LAST = select(pay_period).order_by(pay_period.c.last_day.desc()).limit(1)
_FIRST_DAY = select(func.min(pay_period.c.first_day))
_BY_ID = select(pay_period).where(pay_period.c.id == bindparam("of"))
_INVOICE = select(invoice).where(invoice.c.number == bindparam("of"))
_INVOICES = select(invoice).where(invoice.c.period == bindparam("of")).order_by(invoice.c.number)
_NUMBERS = select(func.coalesce(select(func.max(invoice.c.number)).scalar_subquery(), 0).label("last"), outbox_state.c.epoch)
_REASONS = select(below_floor.c.worker, below_floor.c.reason).where(below_floor.c.period == bindparam("of"))
_SETTLED = (
    select(settled_visit, earning.c.wage, earning.c.care_pence, earning.c.travel_pence, earning.c.floor_an_hour)
    .outerjoin(earning, earning.c.settled == settled_visit.c.id)
    .order_by(settled_visit.c.starts, settled_visit.c.id)
)
_CHARGES = select(charge).where(among(charge.c.settled, "settled")).order_by(charge.c.settled, charge.c.place)

_to_period = row_mapper(PayPeriod)


@dataclass(frozen=True)
class Invoice:
    """What a payer owes, or gets back where it is a credit note."""

    number: int
    period: UUID
    payer: UUID
    is_credit_note: bool
    pence: int
    issued_at: datetime


_to_invoice = row_mapper(Invoice)


@dataclass(frozen=True)
class ClosedVisit:
    """A settled visit as it is stored, as far as the caller may see it, and on which invoice each of its charges is.

    Of a visit that two share each of them sees their own part alone.
    """

    id: UUID
    period: UUID
    settled: SettledVisit
    invoices: tuple[int | None, ...]


async def lock(work: UnitOfWork) -> None:
    """Until the end of the transaction."""
    await work.connection.execute(_LOCK)


async def find_last(work: UnitOfWork) -> PayPeriod | None:
    row = (await work.connection.execute(_LAST)).first()
    return _to_period(row) if row else None


async def find_first_day(work: UnitOfWork) -> date | None:
    """Of the first period that was closed: money is counted from then on."""
    first_day: date | None = (await work.connection.execute(_FIRST_DAY)).scalar()
    return first_day


async def get(work: UnitOfWork, period: UUID) -> PayPeriod:
    """Raises NotFound PERIOD_UNKNOWN."""
    row = (await work.connection.execute(_BY_ID, {"of": period})).first()
    if row is None:
        raise NotFound("PERIOD_UNKNOWN")
    return _to_period(row)


async def list_periods(work: UnitOfWork, page: PageRequest) -> Page[PayPeriod]:
    """The latest first."""
    by = (pay_period.c.last_day, pay_period.c.id)
    return (await paginate(work, select(pay_period), page, by=by, name="pay periods", descending=True)).map(_to_period)


async def add(
    work: UnitOfWork, period: PayPeriod, settled: Iterable[SettledVisit], drafts: Sequence[InvoiceDraft], reasons: Mapping[UUID, str]
) -> None:
    """All of a period, once. Invoices get the numbers that come next."""
    await work.connection.execute(insert(pay_period), values_of(period))
    first = (await find_numbers(work)).next
    numbers = {(draft.payer, draft.is_credit_note): number for number, draft in enumerate(drafts, start=first)}
    for draft in drafts:
        issued = {"number": numbers[draft.payer, draft.is_credit_note], "period": period.id, "issued_at": work.now}
        await work.connection.execute(insert(invoice), values_of(draft) | issued)
    rows = [(work.new_id(), each) for each in settled]
    if rows:
        await work.connection.execute(insert(settled_visit), [_settled_row(period.id, *row) for row in rows])
        await work.connection.execute(insert(charge), [values for row in rows for values in _charge_rows(*row, numbers)])
        await work.connection.execute(insert(earning), [_earning_row(*row) for row in rows])
    for worker, reason in reasons.items():
        await work.connection.execute(insert(below_floor), {"id": work.new_id(), "period": period.id, "worker": worker, "reason": reason})


async def find_numbers(work: UnitOfWork) -> InvoiceNumbers:
    """Those of invoices so far, and the next one."""
    row = (await work.connection.execute(_NUMBERS)).one()
    return invoice_numbers(row.last, row.epoch)


async def get_invoice(work: UnitOfWork, number: int) -> Invoice:
    """Raises NotFound INVOICE_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_INVOICE, {"of": number})).first()
    if row is None:
        raise NotFound("INVOICE_UNKNOWN")
    return _to_invoice(row)


async def list_invoices(work: UnitOfWork, period: UUID) -> list[Invoice]:
    return list(map(_to_invoice, await work.connection.execute(_INVOICES, {"of": period})))


async def list_reasons(work: UnitOfWork, period: UUID) -> dict[UUID, str]:
    """Why workers got less than the floor, as far as the caller may see it."""
    return {row.worker: row.reason for row in await work.connection.execute(_REASONS, {"of": period})}


async def list_settled(work: UnitOfWork, period: UUID) -> list[ClosedVisit]:
    """By when they started."""
    return await _closed(work, _SETTLED.where(settled_visit.c.period == period))


async def list_on_invoice(work: UnitOfWork, number: int) -> list[ClosedVisit]:
    on_it = select(charge.c.settled).where(charge.c.invoice == number)
    return await _closed(work, _SETTLED.where(settled_visit.c.id.in_(on_it)))


def _paid_for(person: UUID) -> "ColumnElement[bool]":
    """Visits to a person, and those of another one of which they pay a part."""
    return or_(settled_visit.c.person == person, settled_visit.c.id.in_(select(charge.c.settled).where(charge.c.person == person)))


async def list_of_person(work: UnitOfWork, person: UUID, most: int) -> list[ClosedVisit]:
    """The latest visits to a person."""
    latest = _SETTLED.where(_paid_for(person)).order_by(None).order_by(settled_visit.c.starts.desc(), settled_visit.c.id.desc())
    return await _closed(work, latest.limit(most), person)


async def list_settled_from(work: UnitOfWork, person: UUID, begin: datetime) -> list[ClosedVisit]:
    """Visits to a person that started at that moment or later."""
    return await _closed(work, _SETTLED.where(_paid_for(person), settled_visit.c.starts >= begin), person)


async def list_of_worker(work: UnitOfWork, worker: UUID, period: UUID) -> list[ClosedVisit]:
    return await _closed(work, _SETTLED.where(settled_visit.c.worker == worker, settled_visit.c.period == period))


async def list_latest(work: UnitOfWork, records: Collection[UUID]) -> dict[UUID, SettledVisit]:
    """How each of these records was settled the last time."""
    async with all_rows(work):
        taken = {(each.settled.visit.record, each.settled.visit.entry) for each in await _of_records(work, records, taken_back=True)}
        settled = await _of_records(work, records, taken_back=False)
    latest = (each.settled for each in settled)
    return {each.visit.record: each for each in latest if (each.visit.record, each.visit.entry) not in taken}


async def _of_records(work: UnitOfWork, records: Collection[UUID], *, taken_back: bool) -> list[ClosedVisit]:
    chosen = _SETTLED.where(among(settled_visit.c.record, "records"), settled_visit.c.taken_back == taken_back)
    return await _closed(work, chosen.params(records=list(records)))


def _settled_row(period: UUID, settled: UUID, each: SettledVisit) -> dict[str, object]:
    terms = each.terms
    return values_of(each.visit, "paid", "shared") | {
        "id": settled,
        "period": period,
        "works_as": terms.works_as.value,
        "rate": terms.rate,
        "payer_adds": terms.payer_adds,
        "worker_gives": terms.worker_gives,
        "taken_back": each.taken_back,
    }


def _charge_rows(settled: UUID, each: SettledVisit, numbers: Mapping[tuple[UUID, bool], int]) -> list[dict[str, object]]:
    """`numbers` are those of the invoices, by payer and whether it is a credit note."""
    return [
        {
            "settled": settled,
            "place": place,
            "person": person,
            "payer": payer,
            "share": share,
            "part": part,
            "pence": pence,
            "invoice": numbers[payer, each.taken_back] if pence else None,
        }
        for place, (person, part, (payer, share), pence) in enumerate(
            zip(each.persons, each.terms.line_parts, each.terms.lines, each.charges, strict=True)
        )
    ]


def _earning_row(settled: UUID, each: SettledVisit) -> dict[str, object]:
    return {
        "settled": settled,
        "worker": each.visit.worker,
        "wage": each.terms.wage,
        "care_pence": each.care_pay,
        "travel_pence": each.travel_pay,
        "floor_an_hour": each.terms.floor_an_hour,
    }


async def _closed(work: UnitOfWork, statement: "Select[Any]", person: UUID | None = None) -> list[ClosedVisit]:
    """With the charges of one `person` alone, or all that the caller may see."""
    rows = (await work.connection.execute(statement)).all()
    charges: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in await work.connection.execute(_CHARGES, {"settled": [row.id for row in rows]}):
        if person in (None, row.person):
            charges[row.settled].append(row)
    return [_closed_visit(row, charges[row.id]) for row in rows]


def _closed_visit(row: "Row[Any]", charges: Sequence["Row[Any]"]) -> ClosedVisit:
    """What the caller may not see is none: pay of 0, or no charges."""
    visit = WorkedVisit(row.record, row.entry, row.visit, row.person, row.worker, row.starts, row.ends, row.travel, row.waiting)
    shares = row.payer_adds, row.worker_gives
    terms = VisitTerms(*shares, Engagement(row.works_as), row.rate, row.wage or 0, row.floor_an_hour or 0, *_who_paid(charges))
    pence = tuple(each.pence for each in charges)
    settled = SettledVisit(visit, terms, row.taken_back, pence, row.care_pence or 0, row.travel_pence or 0)
    return ClosedVisit(row.id, row.period, settled, tuple(each.invoice for each in charges))


def _who_paid(charges: Sequence["Row[Any]"]) -> tuple[tuple[tuple[UUID, str], ...], tuple[PartTerms, ...]]:
    """Payers of the whole, or the parts of a shared visit."""
    if all(each.part == WHOLE for each in charges):
        return tuple((each.payer, each.share) for each in charges), ()
    of_persons: dict[UUID, list[Row[Any]]] = {}
    for each in charges:
        of_persons.setdefault(each.person, []).append(each)
    parts = [(person, own[0].part, tuple((each.payer, each.share) for each in own)) for person, own in of_persons.items()]
    return (), tuple(PartTerms(*part) for part in parts)
