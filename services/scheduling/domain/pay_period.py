"""A pay period: which confirmed visits are settled in it, by which terms, and what that comes to.

Each visit is settled by the terms of its own day, when it really started: the rulebook in force at that moment, the engagement and the
plan of payment agreed for that day. So a rulebook that changes within a period splits it in parts, each of which `kith settle` recomputes;
a visit is rounded by itself, so the parts add up (ADR 62).

A visit that was settled, and corrected in its record since, is taken back as it was settled and settled anew, by the terms it had then:
what both sides corrected are the times alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from math import ceil
from uuid import UUID

from libs.money import pay_of, price_of
from libs.refusals import Conflict, FailedPrecondition, invalid
from libs.rulebook import PayFloor
from services.scheduling.domain import settlement
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.terms import EARLIEST, LATEST

MOST_DAYS, USUAL_DAYS = 100, 28
MAX_REASON = 500
WHOLE = "1/1"
"""The share of a visit that nobody else shares."""
_HOUR_MINUTES = 60


@dataclass(frozen=True)
class RulesInForce:
    """What a rulebook says of money from `since` on. Without shares it says nothing, and no visit can be settled by it."""

    since: datetime
    rulebook_hash: str
    payer_adds: Fraction | None
    worker_gives: Fraction | None
    below_floor_with_reason: bool
    fewest_in_line: int
    pay_floors: tuple[PayFloor, ...] = ()

    def floor_on(self, day: date) -> int:
        """Pence an hour; 0 where there is no floor."""
        return max(((floor.first_day, floor.pence_an_hour) for floor in self.pay_floors if floor.first_day <= day), default=(day, 0))[1]


@dataclass(frozen=True)
class SharedWith:
    """Who shares a visit with the person to whom it is, and what each pays: parts of their sum."""

    sharer: UUID
    person_part: int
    sharer_part: int

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """Of the person to whom the visit is, and of the other one."""
        whole = self.person_part + self.sharer_part
        return Fraction(self.person_part, whole), Fraction(self.sharer_part, whole)


@dataclass(frozen=True)
class PartTerms:
    """One person's exact share of a shared visit, as text, and who pays it: their own shares sum to 1."""

    person: UUID
    share: str
    payers: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True)
class WorkedVisit:
    """What both sides confirmed of one worker's visit, by this entry of its record. `paid` is false for who came as a volunteer.

    It is None where the worker was erased since, and nobody knows.
    """

    record: UUID
    entry: UUID
    visit: UUID
    person: UUID
    worker: UUID
    starts: datetime
    ends: datetime
    travel: int
    waiting: int
    paid: bool | None = True
    shared: SharedWith | None = None
    """Another person whom it served too, and by which parts they shared it."""

    @property
    def persons(self) -> tuple[UUID, ...]:
        """Whom it served: the one to whom it is first."""
        return (self.person, self.shared.sharer) if self.shared else (self.person,)

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds()) // 60


@dataclass(frozen=True)
class VisitTerms:
    """By what a visit is settled. `payers` have exact shares, as text, that sum to 1.

    A shared visit has `parts` instead: of the person to whom it is first, then of the other one. Who reads may see one of them alone.
    """

    payer_adds: str
    worker_gives: str
    works_as: Engagement
    rate: int
    wage: int
    floor_an_hour: int
    payers: tuple[tuple[UUID, str], ...]
    parts: tuple[PartTerms, ...] = ()

    @property
    def hour_price(self) -> int:
        """What all payers together owe for an hour, in pence."""
        return price_of(self.rate, _HOUR_MINUTES, Fraction(self.payer_adds))

    @property
    def lines(self) -> tuple[tuple[UUID, str], ...]:
        """Payers with their shares, of the whole or of a person's part: in the order of the charges."""
        return tuple(line for part in self.parts for line in part.payers) if self.parts else self.payers

    @property
    def line_parts(self) -> tuple[str, ...]:
        """Of which share of the visit each line is one."""
        return tuple(part.share for part in self.parts for _ in part.payers) if self.parts else (WHOLE,) * len(self.payers)

    def persons(self, visited: UUID) -> tuple[UUID, ...]:
        """For whom each line pays, where nobody else is named `visited`: the person to whom the visit is."""
        return tuple(part.person for part in self.parts for _ in part.payers) if self.parts else (visited,) * len(self.payers)


@dataclass(frozen=True)
class SettledVisit:
    """A visit with its terms and what that comes to. All pence are negative of one that is taken back."""

    visit: WorkedVisit
    terms: VisitTerms
    taken_back: bool
    charges: tuple[int, ...]
    """The pence of each payer, in the order of the terms."""
    care_pay: int
    travel_pay: int
    """For travel and waiting: the pay without what care alone would be paid."""

    @property
    def price(self) -> int:
        return sum(self.charges)

    @property
    def persons(self) -> tuple[UUID, ...]:
        """For whom each charge is."""
        return self.terms.persons(self.visit.person)

    @property
    def pay(self) -> int:
        return self.care_pay + self.travel_pay


@dataclass
class WorkerPay:
    """What a worker gets in a period.

    The floor is that of employed work as it is settled now: of a corrected visit all of it, not what the correction changes. `floor_pence`
    is what `pence` must come to with what is taken back and what other work brings; 0 without a floor.
    """

    care: int = 0
    travel: int = 0
    waiting: int = 0
    pence: int = 0
    reason: str = ""
    _employed: int = 0
    _floor: Fraction = field(default_factory=Fraction)

    def add(self, settled: SettledVisit) -> None:
        visit, sign = settled.visit, -1 if settled.taken_back else 1
        self.care += sign * visit.minutes
        self.travel += sign * visit.travel
        self.waiting += sign * visit.waiting
        self.pence += settled.pay
        if settled.terms.works_as is Engagement.EMPLOYED and not settled.taken_back:
            worked = visit.minutes + visit.travel + visit.waiting
            self._employed += settled.pay
            self._floor += Fraction(worked * settled.terms.floor_an_hour, _HOUR_MINUTES)

    @property
    def floor_pence(self) -> int:
        return ceil(self._floor) + self.pence - self._employed if self._floor else 0

    @property
    def is_below_floor(self) -> bool:
        return self._employed < self._floor


@dataclass(frozen=True)
class InvoiceDraft:
    """What a payer owes, or gets back; above 0."""

    payer: UUID
    is_credit_note: bool
    pence: int


def settle_visit(visit: WorkedVisit, terms: VisitTerms, *, taken_back: bool = False) -> SettledVisit:
    """By `settlement.settle`, as every settlement is."""
    worker, settled = as_settlement(visit, terms)
    result = settlement.settle(Fraction(terms.payer_adds), Fraction(terms.worker_gives), [worker], [settled])
    sign = -1 if taken_back else 1
    price = sum(total.pence for total in result.payers.values())
    charges = tuple(sign * pence for _, pence in settlement.charges(settled, price))
    pay = result.workers[worker.id].pence
    # A difference, never a rounding of its own.
    care = pay_of(terms.wage, visit.minutes) if terms.works_as is Engagement.EMPLOYED else pay
    return SettledVisit(visit, terms, taken_back, charges, sign * care, sign * (pay - care))


def as_settlement(visit: WorkedVisit, terms: VisitTerms, worker_id: str = "") -> tuple[settlement.Worker, settlement.Visit]:
    """The worker and the visit as a settlement takes them; the visit by the entry that both confirmed, which is settled once.

    Another `worker_id` is for one of several terms of one worker.
    """
    worker = settlement.Worker(worker_id or str(visit.worker), terms.works_as, terms.rate, terms.wage)
    parts = [settlement.PersonPart(str(part.person), Fraction(part.share), _named(part.payers)) for part in terms.parts]
    times = visit.minutes, True, visit.travel, visit.waiting
    return worker, settlement.Visit(str(visit.entry), worker.id, *times, _named(terms.payers), parts)


def _named(payers: Iterable[tuple[UUID, str]]) -> list[tuple[str, Fraction]]:
    return [(str(payer), Fraction(share)) for payer, share in payers]


def pay_by_worker(settled: Iterable[SettledVisit]) -> dict[UUID, WorkerPay]:
    pay: dict[UUID, WorkerPay] = {}
    for each in settled:
        pay.setdefault(each.visit.worker, WorkerPay()).add(each)
    return pay


def invoices_of(settled: Iterable[SettledVisit]) -> list[InvoiceDraft]:
    """One for each payer, and a credit note for each whose visits are taken back; none where nothing is owed. Invoices first, by payer."""
    owed: dict[tuple[bool, UUID], int] = {}
    for each in settled:
        for (payer, _), pence in zip(each.terms.lines, each.charges, strict=True):
            owed[each.taken_back, payer] = owed.get((each.taken_back, payer), 0) + abs(pence)
    return [InvoiceDraft(payer, taken_back, pence) for (taken_back, payer), pence in sorted(owed.items()) if pence]


IN_A_SERIES = 1_000_000
"""Invoices of each epoch are a series of their own (numbers of "one or more series", regulation 14(1)(a) of the VAT Regulations 1995): of
an older copy nobody knows which numbers payers have in their hands, and none of them is given twice.
"""


@dataclass(frozen=True)
class InvoiceNumbers:
    """`last` is the last number that is known here, or 0; `next` is the one that the next invoice gets."""

    last: int
    next: int

    @property
    def begins_series(self) -> bool:
        """Whether numbers after the last one may have been given, and are lost."""
        return self.next != self.last + 1


def invoice_numbers(last: int, epoch: int) -> InvoiceNumbers:
    """`last` is the largest number of all, `epoch` counts how often the records went back to an older copy, from 1 on."""
    return InvoiceNumbers(last, max(last, (epoch - 1) * IN_A_SERIES) + 1)


def fingerprint(settled: Iterable[SettledVisit]) -> str:
    """Of what a secretary saw before they closed the period; the same visits at the same pence have the same."""
    lines = sorted(
        f"{each.visit.entry} {each.taken_back} {each.terms} {each.charges} {each.care_pay} {each.travel_pay}" for each in settled
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def usual_days(closed_until: date | None, today: date) -> tuple[date, date]:
    """What follows the last period until yesterday, as far as one may be long. Raises FailedPrecondition PERIODS_UP_TO_DATE."""
    yesterday = today - timedelta(days=1)
    begin = closed_until + timedelta(days=1) if closed_until else yesterday - timedelta(days=USUAL_DAYS - 1)
    if begin > yesterday:
        raise FailedPrecondition("PERIODS_UP_TO_DATE")
    return begin, min(yesterday, begin + timedelta(days=MOST_DAYS - 1))


def require_days(first_day: date | None, last_day: date | None, closed_until: date | None, today: date) -> tuple[date, date]:
    """The days of the period that follows the last one, which was closed until then.

    Raises Invalid DATE_MALFORMED or PERIOD_WRONG, FailedPrecondition PERIOD_NOT_NEXT or PERIOD_NOT_OVER.
    """
    if first_day is None or last_day is None or not EARLIEST <= first_day <= LATEST:
        raise invalid("last_day" if first_day else "first_day", "DATE_MALFORMED")
    if not 0 <= (last_day - first_day).days < MOST_DAYS:
        raise invalid("last_day", "PAY_PERIOD_WRONG", at_most=str(MOST_DAYS))
    if closed_until is not None and first_day != closed_until + timedelta(days=1):
        raise FailedPrecondition("PERIOD_NOT_NEXT", day=(closed_until + timedelta(days=1)).isoformat())
    if last_day >= today:
        raise FailedPrecondition("PERIOD_NOT_OVER")
    return first_day, last_day


def require_unchanged(settled: Sequence[SettledVisit], shown: str) -> None:
    """Raises Conflict PERIOD_CHANGED."""
    if fingerprint(settled) != shown:
        raise Conflict("PERIOD_CHANGED")


def check_floor(pay: Mapping[UUID, WorkerPay], reasons: Mapping[UUID, str], *, with_reason: bool) -> dict[UUID, str]:
    """Why each worker below the floor is. Raises FailedPrecondition PAY_BELOW_FLOOR, Invalid FLOOR_REASON_MISSING or WORDS_TOO_LONG."""
    below = [worker for worker, total in pay.items() if total.is_below_floor]
    if below and not with_reason:
        raise FailedPrecondition("PAY_BELOW_FLOOR", workers=str(len(below)))
    said = {worker: reasons.get(worker, "").strip() for worker in below}
    if not all(said.values()):
        raise invalid("reasons", "FLOOR_REASON_MISSING")
    if any(len(reason) > MAX_REASON for reason in said.values()):
        raise invalid("reasons", "WORDS_TOO_LONG", at_most=str(MAX_REASON))
    return said
