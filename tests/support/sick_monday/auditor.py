"""Recomputes the week from the co-op's stored events and its settle files, and compares everything with the example.

It shares no code with the services: hours are counted from `VisitConfirmed`, travel is read in the settle files by the entry that both
sides confirmed, and money is computed from the terms in the example. Each finding is a sentence; none means to the minute and the penny.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from kith.scheduling.facts.v1.facts_pb2 import NoticeWanted, VisitConfirmed, VisitGivenBack, VisitTaken
from tests.support.sick_monday.example import ExpectedNotice, SickMonday
from tests.support.sick_monday.stored_week import StoredWeek, local_time

_PAYER_ADDS, _WORKER_GIVES = Fraction("0.175"), Fraction("0.075")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ConfirmedVisit:
    """What both sides say of one worker at one visit, by the local clock, and by which entry."""

    entry: str
    visit: str
    person: str
    worker: str
    starts: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        return (self.ends - self.starts) // _MINUTE


class Auditor:
    """Of one week as it is stored now."""

    def __init__(self, example: SickMonday, stored: StoredWeek) -> None:
        self._example, self._stored = example, stored
        self._expected = example.expected
        self.confirmed = {
            event.fact.record_id: ConfirmedVisit(
                event.fact.entry_id,
                stored.keys[event.fact.visit_id],
                stored.keys[event.fact.person_id],
                stored.keys[event.fact.worker_id],
                local_time(event.fact.starts_at),
                local_time(event.fact.ends_at),
            )
            # A later one replaces an earlier one of the same record.
            for event in stored.events
            if isinstance(event.fact, VisitConfirmed)
        }

    def findings(self, settle_files: Sequence[bytes]) -> list[str]:
        beside, unsettled = self._beside(settle_files)
        return [
            *unsettled,
            *self._check_care(),
            *self._check_money(beside),
            *self._check_cover(),
            *self._check_alerts(),
        ]

    def work(self) -> dict[str, list[tuple[datetime, datetime]]]:
        """When each worker was at visits."""
        work: dict[str, list[tuple[datetime, datetime]]] = {}
        for visit in self.confirmed.values():
            work.setdefault(visit.worker, []).append((visit.starts, visit.ends))
        return work

    def _beside(self, settle_files: Sequence[bytes]) -> tuple[dict[str, tuple[int, int]], list[str]]:
        """Minutes of travel and of waiting by entry; and where a file is not about what both sides confirmed."""
        lines: list[Mapping[str, Any]] = [visit for content in settle_files for visit in json.loads(content)["visits"]]
        by_entry = {visit.entry: visit for visit in self.confirmed.values()}
        wrong = [f"{line['id']} is settled, and nobody confirmed it" for line in lines if line["id"] not in by_entry]
        counted = Counter(str(line["id"]) for line in lines)
        wrong += [
            f"{visit.visit} of {visit.worker} is settled {counted[entry]} times" for entry, visit in by_entry.items() if counted[entry] != 1
        ]
        return {line["id"]: (line["travel"], line["waiting"]) for line in lines}, wrong

    def _check_care(self) -> Iterator[str]:
        care: dict[str, Counter[date]] = {worker: Counter() for worker in self._example.workers}
        for visit in self.confirmed.values():
            care[visit.worker][visit.starts.date()] += visit.minutes
        for worker, days in care.items():
            expected = {date.fromisoformat(day): minutes for day, minutes in self._expected["workers"][worker]["care"].items()}
            for day in sorted({*days, *expected}):
                yield from _differs(f"minutes of care of {worker} on {day}", days[day], expected.get(day, 0))

    def _check_money(self, beside: Mapping[str, tuple[int, int]]) -> Iterator[str]:
        owed, pay, travel_pay, travel, waiting = (Counter[str]() for _ in range(5))
        for visit in self.confirmed.values():
            on_the_way, waited = beside.get(visit.entry, (0, 0))
            travel[visit.worker] += on_the_way
            waiting[visit.worker] += waited
            price = self._price(visit)
            for payer, pence in self._split(visit.person, price).items():
                owed[payer] += pence
            whole, care = self._pay(visit, visit.minutes + on_the_way + waited), self._pay(visit, visit.minutes)
            pay[visit.worker] += whole
            travel_pay[visit.worker] += whole - care
        invoices = self._expected["invoices"]
        for payer in sorted({*owed, *invoices, *self._stored.invoices}):
            yield from _differs(f"what {payer} owes by the events", owed[payer], invoices.get(payer, 0))
            yield from _differs(f"the invoice to {payer}", self._stored.invoices.get(payer, 0), invoices.get(payer, 0))
            yield from _differs(f"the charges to {payer}", self._stored.charges.get(payer, 0), invoices.get(payer, 0))
        for worker, expected in self._expected["workers"].items():
            yield from _differs(f"travel of {worker}", travel[worker], expected["travel"])
            yield from _differs(f"waiting of {worker}", waiting[worker], expected["waiting"])
            yield from _differs(f"pay of {worker} by the events", pay[worker], expected["pay"])
            yield from _differs(f"stored pay of {worker}", self._stored.pay.get(worker, 0), expected["pay"])
            yield from _differs(f"travel pay of {worker} by the events", travel_pay[worker], expected["travel_pay"])
            yield from _differs(f"stored travel pay of {worker}", self._stored.travel_pay.get(worker, 0), expected["travel_pay"])
        yield from _differs("the co-op's part", owed.total() - pay.total(), self._expected["co_op"]["pence"])

    def _check_cover(self) -> Iterator[str]:
        """Everything that was given back was taken by the one whom the example names, in time."""
        cover = dict(self._expected["cover"])
        given_back, by = (datetime.fromisoformat(cover.pop(name)) for name in ("given_back", "by"))
        facts = [(event.at, event.fact) for event in self._stored.events]
        back = {self._key(fact.visit_id): at for at, fact in facts if isinstance(fact, VisitGivenBack) and fact.why == "away"}
        yield from _differs("visits given back", sorted(back), sorted(cover))
        for visit, worker in cover.items():
            left = back.get(visit, given_back)
            yield from _differs(f"when {visit} was given back", _minute(left), given_back)
            takes = [(at, fact) for at, fact in facts if isinstance(fact, VisitTaken) and self._key(fact.visit_id) == visit]
            after = [(self._key(fact.worker_id), at) for at, fact in takes if at >= left]
            yield from _differs(f"who took over {visit}", [who for who, _ in after], [worker])
            yield from (f"{visit} was taken over at {at:%H:%M}" for _, at in after if at > by)

    def _check_alerts(self) -> Iterator[str]:
        """Who was told what, in which minute: all notices of the kinds in the example, since it begins."""
        kinds, begins = {alert.notice for alert in self._example.alerts}, min(alert.minute for alert in self._example.alerts)
        notices = [
            (event.at, event.fact)
            for event in self._stored.events
            if isinstance(event.fact, NoticeWanted) and event.fact.kind in kinds and event.at >= begins
        ]
        told = Counter(
            ExpectedNotice(
                _minute(at), fact.kind, self._key(fact.about_id.partition(".")[0]), frozenset(self._key(id_) for id_ in fact.person_ids)
            )
            for at, fact in notices
        )
        expected = Counter(self._example.alerts)
        yield from (f"{notice} was not expected" for notice in told - expected)
        yield from (f"{notice} never came" for notice in expected - told)

    # --- the arithmetic of docs/formats/settle.md, written anew

    def _price(self, visit: ConfirmedVisit) -> int:
        return _half_up(Fraction(self._example.workers[visit.worker].rate * visit.minutes, 60) * (1 + _PAYER_ADDS))

    def _split(self, person: str, price: int) -> dict[str, int]:
        """Whole pence to each, and what is left one each to the largest remainders; of equal ones to the first."""
        shares = {person if payer == "self" else payer: Fraction(share) for payer, share in self._example.people[person].pays.items()}
        parts = {payer: floor(price * share) for payer, share in shares.items()}
        by_rest = sorted(shares, key=lambda payer: parts[payer] - price * shares[payer])
        for payer in by_rest[: price - sum(parts.values()) if parts else 0]:
            parts[payer] += 1
        return parts

    def _pay(self, visit: ConfirmedVisit, paid_minutes: int) -> int:
        worker = self._example.workers[visit.worker]
        if worker.works_as == "employed":
            return _half_up(Fraction(worker.wage * paid_minutes, 60))
        return _half_up(Fraction(worker.rate * visit.minutes, 60) * (1 - _WORKER_GIVES))

    def _key(self, id_: str) -> str:
        return self._stored.keys.get(id_, id_)


def _half_up(pence: Fraction) -> int:
    return floor(pence + Fraction(1, 2))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _differs(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found}, expected {expected}"
