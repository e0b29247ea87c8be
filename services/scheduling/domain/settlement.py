"""The money of a week: what each payer owes for confirmed visits, what each worker gets, and what is the co-op's.

Whole pence, computed in exact fractions and rounded once. docs/formats/settle.md. The shares are those of the
rulebook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from libs.money import pay_of, price_of


class Engagement(StrEnum):
    """How somebody works."""

    SELF_EMPLOYED = "self_employed"
    EMPLOYED = "employed"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True)
class Worker:
    """Rates in pence an hour. `wage` is what an employed person is paid for care, travel and waiting alike, and 0 for all others.

    A volunteer has rate 0.
    """

    id: str
    engagement: Engagement
    rate: int
    wage: int = 0


@dataclass(frozen=True)
class PersonPart:
    """One person's share of a visit that two share, and who pays it: names, each once, whose own shares sum to 1."""

    person: str
    share: Fraction
    payers: Sequence[tuple[str, Fraction]]


@dataclass(frozen=True)
class Visit:
    """A visit of whole minutes. `payers` are names, each once, with shares that are more than 0 and sum to 1.

    One that two people share has their parts, whose shares sum to 1, and no `payers` of its own.
    """

    id: str
    worker: str
    minutes: int
    confirmed: bool
    travel: int
    waiting: int
    payers: Sequence[tuple[str, Fraction]]
    parts: Sequence[PersonPart] = ()


@dataclass
class PayerTotal:
    """Visits that the payer pays a part of, the minutes of those visits, and the pence owed."""

    visits: int = 0
    minutes: int = 0
    pence: int = 0


@dataclass
class WorkerTotal:
    """Minutes of care, travel and waiting, and the pence earned."""

    care: int = 0
    travel: int = 0
    waiting: int = 0
    pence: int = 0


@dataclass(frozen=True)
class Settlement:
    """The pence of all payers are those of all workers and `co_op`, which may be negative."""

    payers: Mapping[str, PayerTotal]
    """Those of confirmed visits."""
    workers: Mapping[str, WorkerTotal]
    """All of them, with or without a visit."""
    co_op: int
    not_confirmed: tuple[str, ...]


def settle(payer_adds: Fraction, worker_gives: Fraction, workers: Sequence[Worker], visits: Sequence[Visit]) -> Settlement:
    """What everybody owes and gets. `payer_adds` is a part of the worker's rate, and so is `worker_gives`, from 0 to 1.

    Ids are unique, and every visit's worker is one of `workers`.
    """
    by_id = {worker.id: worker for worker in workers}
    payer_totals: dict[str, PayerTotal] = {}
    worker_totals = {worker.id: WorkerTotal() for worker in workers}
    co_op = 0
    for visit in visits:
        if not visit.confirmed:
            continue
        worker = by_id[visit.worker]
        price = price_of(worker.rate, visit.minutes, payer_adds)
        owed: dict[str, int] = {}
        for payer, pence in charges(visit, price):
            owed[payer] = owed.get(payer, 0) + pence
        for payer, pence in owed.items():
            payer_total = payer_totals.setdefault(payer, PayerTotal())
            payer_total.visits += 1
            payer_total.minutes += visit.minutes
            payer_total.pence += pence
        pay = _pay(worker, visit, worker_gives)
        worker_total = worker_totals[visit.worker]
        worker_total.care += visit.minutes
        worker_total.travel += visit.travel
        worker_total.waiting += visit.waiting
        worker_total.pence += pay
        co_op += price - pay
    return Settlement(payer_totals, worker_totals, co_op, tuple(visit.id for visit in visits if not visit.confirmed))


def charges(visit: Visit, price: int) -> list[tuple[str, int]]:
    """Who owes how much of the price, in the order of the visit. Of a shared one each person's part is whole pence before it is split
    again among who pays it, so that nobody's part hangs on who pays for the other.
    """
    if not visit.parts:
        return _among(visit.payers, price)
    of_persons = split(price, [part.share for part in visit.parts])
    return [each for part, pence in zip(visit.parts, of_persons, strict=True) for each in _among(part.payers, pence)]


def _among(payers: Sequence[tuple[str, Fraction]], pence: int) -> list[tuple[str, int]]:
    return list(zip((payer for payer, _ in payers), split(pence, [share for _, share in payers]), strict=True))


def _pay(worker: Worker, visit: Visit, worker_gives: Fraction) -> int:
    if worker.engagement is Engagement.VOLUNTEER:
        return 0
    if worker.engagement is Engagement.EMPLOYED:
        return pay_of(worker.wage, visit.minutes + visit.travel + visit.waiting)
    return pay_of(worker.rate, visit.minutes, worker_gives)


def split(pence: int, shares: Sequence[Fraction]) -> list[int]:
    """Splits an amount in proportion to shares that sum to 1, in whole pence by largest remainder.

    Each gets the whole pence of their part; what is left goes, a penny each, to the largest remainders, and of equal ones to the first.
    """
    parts = [pence * share for share in shares]
    amounts = [part.numerator // part.denominator for part in parts]
    # Sorting keeps the order of equals.
    by_remainder = sorted(range(len(parts)), key=lambda place: amounts[place] - parts[place])
    for place in by_remainder[: pence - sum(amounts)]:
        amounts[place] += 1
    return amounts
