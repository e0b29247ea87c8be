"""Files with which anybody who may see everything in them recomputes a settlement: docs/formats/settle.md."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from libs.rulebook.fraction_text import format_fraction
from services.scheduling.domain.pay_period import SettledVisit, VisitTerms, as_settlement
from services.scheduling.domain.settlement import Engagement, Visit, Worker


@dataclass(frozen=True)
class SettleFile:
    """What the visits of a file that is `taken_back` come to is taken off what the others come to."""

    name: str
    content: bytes
    taken_back: bool


def settle_files(name: str, settled: Iterable[SettledVisit], *, without_payers: bool = False) -> list[SettleFile]:
    """One for the visits of each pair of shares, and another one for those that are taken back.

    `without_payers` is for a worker, who does not read who pays for a person: everything is paid by "payers".
    """
    parts: dict[tuple[bool, str, str], list[SettledVisit]] = {}
    for each in settled:
        parts.setdefault((each.taken_back, each.terms.payer_adds, each.terms.worker_gives), []).append(each)
    numbered = enumerate(sorted(parts.items()), start=1)
    return [
        SettleFile(f"{name}-{number}.json", _content(part, *shares, without_payers=without_payers), taken_back)
        for number, ((taken_back, *shares), part) in numbered
    ]


def _content(part: Iterable[SettledVisit], payer_adds: str, worker_gives: str, *, without_payers: bool) -> bytes:
    names = _WorkerNames()
    workers: dict[str, dict[str, Any]] = {}
    visits = []
    for each in sorted(part, key=lambda settled: (settled.visit.starts, settled.visit.record)):
        worker, visit = as_settlement(each.visit, each.terms, names.name_of(each))
        workers[worker.id] = _worker(worker)
        visits.append(_visit(each, visit, without_payers=without_payers))
    rules = {"payer_adds": payer_adds, "worker_gives": worker_gives}
    return json.dumps({"rules": rules, "workers": list(workers.values()), "visits": visits}, indent=1).encode()


class _WorkerNames:
    """A worker whose terms change has an entry for each: the first is their id, others have a number after it."""

    def __init__(self) -> None:
        self._terms: dict[str, list[tuple[Engagement, int, int]]] = {}

    def name_of(self, settled: SettledVisit) -> str:
        worker = str(settled.visit.worker)
        known, own = self._terms.setdefault(worker, []), _paid_as(settled.terms)
        if own not in known:
            known.append(own)
        number = known.index(own) + 1
        return worker if number == 1 else f"{worker}#{number}"


def _paid_as(terms: VisitTerms) -> tuple[Engagement, int, int]:
    return terms.works_as, terms.rate, terms.wage


def _worker(worker: Worker) -> dict[str, Any]:
    entry = {"id": worker.id, "as": worker.engagement.value, "rate": worker.rate}
    return entry | {"wage": worker.wage} if worker.engagement is Engagement.EMPLOYED else entry


def _visit(settled: SettledVisit, visit: Visit, *, without_payers: bool) -> dict[str, Any]:
    """Who may see their own part of a shared visit alone reads "the other" as who pays the rest, which changes no penny of theirs."""
    fields = {
        "id": visit.id,
        "worker": visit.worker,
        "start": _minute(settled.visit.starts),
        "end": _minute(settled.visit.ends),
        "confirmed": True,
        "travel": visit.travel,
        "waiting": visit.waiting,
    }
    if without_payers:
        return fields | {"payers": [["payers", "1"]]}
    if not settled.terms.parts:
        return fields | {"payers": _payers(settled.terms.payers)}
    parts = [{"person": str(part.person), "share": part.share, "payers": _payers(part.payers)} for part in settled.terms.parts]
    if len(parts) == 1:
        left = format_fraction(1 - Fraction(settled.terms.parts[0].share))
        other = {"person": "the other", "share": left, "payers": [["the other", "1"]]}
        # The one to whom the visit is comes first, as a penny that is left goes by that order.
        parts = [*parts, other] if settled.terms.parts[0].person == settled.visit.person else [other, *parts]
    return fields | {"shared": parts}


def _payers(payers: Iterable[tuple[UUID, str]]) -> list[list[str]]:
    return [[str(payer), share] for payer, share in payers]


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}Z"
