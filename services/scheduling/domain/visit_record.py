"""The record of a visit: each worker who came writes what happened, and the person confirms it or says what is not right.

| state     | start   | write   | confirm   | dispute  | stand by |
|-----------|---------|---------|-----------|----------|----------|
| (none)    | started | written | -         | -        | -        |
| started   | -       | written | -         | -        | -        |
| written   | -       | written | confirmed | disputed | -        |
| disputed  | -       | written | confirmed | -        | stood_by |
| stood_by  | -       | written | confirmed | disputed | -        |
| confirmed | -       | written | -         | disputed | -        |

- The worker starts, writes and stands by; the person confirms and disputes, or who acts for them, but never the worker of the record.
- Everything said is an entry of its own. No entry is ever changed or deleted: a correction is a new one, which needs both again.
- `confirmed` names the entry that holds. It stays until another one is confirmed, whatever is written or disputed meanwhile.
- A timer confirms only where the person agreed to that beforehand, and only what nobody has disputed or confirmed before: after that,
  saying nothing is no yes any more.
- Where two share a visit, the yes of either holds for both, and the other is told. While one of them says that it is not right, only their
  own yes settles it, whatever the other one says after that.
- `version` counts the entries, so that nobody confirms what they have not seen.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from kith.scheduling.v1.enums import VisitRecordEntryKind, VisitRecordState
from libs.refusals import Conflict, FailedPrecondition, NotAllowed, invalid
from libs.texts.words import check_words
from services.scheduling.domain.record_times import WorkedTime
from services.scheduling.domain.visit import Visit

MAX_WORDS = 2000


class Step(StrEnum):
    """What people do with a record."""

    START = "start"
    WRITE = "write"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    STAND_BY = "stand_by"


_STARTED, _WRITTEN, _DISPUTED, _STOOD_BY, _CONFIRMED = VisitRecordState
NEXT: Mapping[VisitRecordState | None, Mapping[Step, VisitRecordState]] = {
    None: {Step.START: _STARTED, Step.WRITE: _WRITTEN},
    _STARTED: {Step.WRITE: _WRITTEN},
    _WRITTEN: {Step.WRITE: _WRITTEN, Step.CONFIRM: _CONFIRMED, Step.DISPUTE: _DISPUTED},
    _DISPUTED: {Step.WRITE: _WRITTEN, Step.CONFIRM: _CONFIRMED, Step.STAND_BY: _STOOD_BY},
    _STOOD_BY: {Step.WRITE: _WRITTEN, Step.CONFIRM: _CONFIRMED, Step.DISPUTE: _DISPUTED},
    _CONFIRMED: {Step.WRITE: _WRITTEN, Step.DISPUTE: _DISPUTED},
}
_REFUSALS = {
    Step.START: "RECORD_BEGUN",
    Step.CONFIRM: "RECORD_NOT_WAITING",
    Step.DISPUTE: "RECORD_NOT_WAITING",
    Step.STAND_BY: "RECORD_NOT_DISPUTED",
}


@dataclass(frozen=True)
class VisitRecord:
    """How far the record of one worker at one visit has come; without a state nothing has been said yet.

    `entry` is the latest that the worker wrote, `confirmed` the one that holds. `asks_person`: no timer runs any more. `disputed_for` is
    whose no waits to be settled.
    """

    id: UUID
    visit: UUID
    person: UUID
    worker: UUID
    state: VisitRecordState | None = None
    version: int = 0
    entry: UUID | None = None
    confirmed: UUID | None = None
    timer_at: datetime | None = None
    asks_person: bool = False
    disputed_for: UUID | None = None


@dataclass(frozen=True)
class RecordEntry:
    """One thing that was said. `said_by` nobody: the timer. `about` is the entry that is confirmed, disputed or stood by.

    `travel` and `waiting` are minutes of work beside the visit, confirmed with it. `said_for` is who shared the visit, where it was said by
    them or in their name.
    """

    id: UUID
    record: UUID
    person: UUID
    worker: UUID
    number: int
    kind: VisitRecordEntryKind
    said_by: UUID | None
    said_at: datetime
    starts: datetime | None = None
    ends: datetime | None = None
    note: str = ""
    about: UUID | None = None
    travel: int = 0
    waiting: int = 0
    said_for: UUID | None = None


@dataclass(frozen=True)
class Statement:
    """Who says something, and when; `id` is that of the entry it becomes."""

    id: UUID
    by: UUID | None
    at: datetime


class RecordChange(NamedTuple):
    """What the record is from now on, and the entry to add."""

    record: VisitRecord
    entry: RecordEntry


def new_record(new_id: UUID, visit: Visit, worker: UUID) -> VisitRecord:
    return VisitRecord(new_id, visit.id, visit.person, worker)


def start(record: VisitRecord, statement: Statement, at: datetime) -> RecordChange:
    """The worker starts, or started, to the minute. Raises FailedPrecondition RECORD_BEGUN."""
    return _step(record, Step.START, statement, starts=at.replace(second=0, microsecond=0))


def write(record: VisitRecord, statement: Statement, worked: WorkedTime, note: str, timer: timedelta | None) -> RecordChange:
    """`timer`: after how long the entry confirms itself, None where the person has not agreed to that. Raises Invalid WORDS_TOO_LONG."""
    runs = not record.asks_person and record.person != record.worker
    written, entry = _step(record, Step.WRITE, statement, starts=worked.starts, ends=worked.ends, note=_words(note))
    entry = replace(entry, travel=worked.travel, waiting=worked.waiting)
    timer_at = statement.at + timer if timer is not None and runs else None
    return RecordChange(replace(written, entry=entry.id, timer_at=timer_at), entry)


def confirm(record: VisitRecord, statement: Statement, principal: UUID | None = None, at_visit: Collection[UUID] = ()) -> RecordChange:
    """`principal` is in whose name, and `at_visit` who was visited: one, or two who share it.

    Raises NotAllowed RECORD_YOURS, FailedPrecondition RECORD_NOT_WAITING or RECORD_DISPUTED_BY_OTHER.
    """
    _require_other_side(record, statement)
    if record.disputed_for in at_visit and record.disputed_for != principal:
        raise FailedPrecondition("RECORD_DISPUTED_BY_OTHER")
    confirmed, entry = _step(record, Step.CONFIRM, statement, about=record.entry)
    return RecordChange(replace(_asking_person(confirmed), confirmed=record.entry, disputed_for=None), _said_for(entry, principal))


def dispute(
    record: VisitRecord, statement: Statement, words: str, principal: UUID | None = None, at_visit: Collection[UUID] = ()
) -> RecordChange:
    """`principal` and `at_visit` as in `confirm`. A no of the other one of the two goes on waiting for them.

    Raises NotAllowed RECORD_YOURS, Invalid DISPUTE_WORDS_MISSING or WORDS_TOO_LONG,
    FailedPrecondition RECORD_NOT_WAITING.
    """
    _require_other_side(record, statement)
    disputed, entry = _step(record, Step.DISPUTE, statement, about=record.entry, note=_dispute_words(words))
    disputed_for = record.disputed_for if record.disputed_for in at_visit else principal
    return RecordChange(replace(_asking_person(disputed), disputed_for=disputed_for), _said_for(entry, principal))


def stand_by(record: VisitRecord, statement: Statement, words: str) -> RecordChange:
    """Raises Invalid WORDS_TOO_LONG, FailedPrecondition RECORD_NOT_DISPUTED."""
    return _step(record, Step.STAND_BY, statement, about=record.entry, note=_words(words))


def require_version(record: VisitRecord, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != record.version:
        raise Conflict("VERSION_STALE", version=str(record.version))


def _words(typed: str) -> str:
    return check_words("words", typed, MAX_WORDS)


def _dispute_words(typed: str) -> str:
    words = _words(typed)
    if not words:
        raise invalid("words", "DISPUTE_WORDS_MISSING")
    return words


def _require_other_side(record: VisitRecord, statement: Statement) -> None:
    """A worker who acts for the person does not answer for them to what they wrote themselves."""
    if statement.by == record.worker:
        raise NotAllowed("RECORD_YOURS")


def _said_for(entry: RecordEntry, principal: UUID | None) -> RecordEntry:
    return entry if principal == entry.person else replace(entry, said_for=principal)


def _asking_person(record: VisitRecord) -> VisitRecord:
    return replace(record, timer_at=None, asks_person=True)


def _step(
    record: VisitRecord,
    step: Step,
    statement: Statement,
    *,
    starts: datetime | None = None,
    ends: datetime | None = None,
    note: str = "",
    about: UUID | None = None,
) -> RecordChange:
    following = NEXT[record.state].get(step)
    if following is None:
        raise FailedPrecondition(_REFUSALS[step])
    changed = replace(record, state=following, version=record.version + 1)
    kind = VisitRecordEntryKind(following.value)
    whose = (record.id, record.person, record.worker, changed.version)
    entry = RecordEntry(statement.id, *whose, kind, statement.by, statement.at, starts, ends, note, about)
    return RecordChange(changed, entry)
