"""An alert: those who hold the watch are told one after the other, until one of them says that they have it.

| state   | its time comes | tell | take  | sort | answer           | reopen |
|---------|----------------|------|-------|------|------------------|--------|
| waiting | open           | -    | -     | -    | waiting or over  | -      |
| open    | -              | open | taken | over | waiting or over  | -      |
| taken   | -              | -    | -     | over | waiting or over  | open   |
| over    | -              | -    | -     | -    | waiting or over  | -      |

- Who is told: the holders in their order, the next one when nobody has it `next_after` later; after the last of them, or where nobody holds
  the watch, every secretary. Nobody is told twice in one round, and the worker or the person it is about is not told of themselves;
  of a worker who is alone, nor is anybody told who acts for the one they are with.
- Who was told, or has it, and holds the watch no more, is not waited for: the next is told at once; of what somebody had, in a new round.
- An answer puts it off until a time, or ends it. When that time has come without what it announced, a new round begins with the first.
- Everything that happens is a step of its own, and no step is ever changed or deleted. `version` counts them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from kith.scheduling.v1.enums import AlertKind, AlertState, AlertStepKind
from libs.refusals import AlreadyExists, FailedPrecondition

_WAITING, _OPEN, _TAKEN, _OVER = AlertState
IN_CHARGE = (_OPEN, _TAKEN)
"""While it is somebody's to look after."""


@dataclass(frozen=True)
class Alert:
    """`starts` and `ends` are the planned times. `next_at`: when somebody is told next, while it is waiting or open.

    `told_last` is the holder who was told last in this round; `taken_by` who has it, or had it last.
    """

    id: UUID
    visit: UUID
    person: UUID
    worker: UUID | None
    kind: AlertKind
    state: AlertState
    starts: datetime
    ends: datetime
    opened_at: datetime
    round: int = 0
    next_at: datetime | None = None
    told_last: UUID | None = None
    taken_by: UUID | None = None
    missed_at: datetime | None = None
    version: int = 0

    @property
    def told_of_reads(self) -> tuple[UUID, ...]:
        """Whose data a read of it is, as far as they may know that there is one: the person may not while a worker is alone with them."""
        of_worker = () if self.worker is None else (self.worker,)
        return of_worker if self.kind is AlertKind.LONE else (self.person, *of_worker)


@dataclass(frozen=True)
class AlertStep:
    """One thing that happened in a round. `who` was told, or did it."""

    id: UUID
    alert: UUID
    number: int
    round: int
    kind: AlertStepKind
    who: UUID | None
    at: datetime
    comes_at: datetime | None = None
    words: str = ""


class AlertChange(NamedTuple):
    """What the alert is from now on, and the steps to add."""

    alert: Alert
    steps: tuple[AlertStep, ...] = ()


@dataclass(frozen=True)
class Statement:
    """Who says or does something, and when; `id` is that of the step it becomes."""

    id: UUID
    by: UUID | None
    at: datetime


def open_now(alert: Alert, now: datetime) -> Alert:
    """A new round: the first is told as soon as possible."""
    return replace(alert, state=_OPEN, round=alert.round + 1, next_at=now, told_last=None)


def next_in_line(
    alert: Alert, holders: Sequence[UUID], secretaries: Sequence[UUID], told: Collection[UUID], close: Collection[UUID]
) -> tuple[UUID, ...]:
    """Whom to tell now: one holder, or after them all secretaries; nobody who is in `told`, which is of this round.

    `close` are those who act for the person. Who had it before comes first, while they hold the watch.
    """
    silent = {*told, alert.person, alert.worker, *(close if alert.kind is AlertKind.LONE else ())}
    ordered = sorted(holders, key=lambda holder: holder != alert.taken_by)
    first = next((holder for holder in ordered if holder not in silent), None)
    return (first,) if first is not None else tuple(person for person in secretaries if person not in silent)


def tell(
    alert: Alert, people: Sequence[UUID], holders: Collection[UUID], steps: Sequence[UUID], now: datetime, wait: timedelta
) -> AlertChange:
    """These people are told now, and the next after `wait`. `steps` are new ids, one for each. Raises FailedPrecondition ALERT_OVER."""
    if alert.state is not _OPEN:
        raise FailedPrecondition("ALERT_OVER")
    changed = replace(
        alert,
        next_at=now + wait,
        told_last=next((person for person in people if person in holders), None),
        version=alert.version + len(people),
    )
    return AlertChange(
        changed,
        tuple(
            AlertStep(
                step,
                alert.id,
                alert.version + number,
                alert.round,
                AlertStepKind.TOLD if person in holders else AlertStepKind.TOLD_SECRETARY,
                person,
                now,
            )
            for number, (step, person) in enumerate(zip(steps, people, strict=True), start=1)
        ),
    )


def take(alert: Alert, statement: Statement) -> AlertChange:
    """Raises AlreadyExists ALERT_TAKEN, FailedPrecondition ALERT_OVER."""
    if alert.state is _TAKEN:
        raise AlreadyExists("ALERT_TAKEN")
    if alert.state is not _OPEN:
        raise FailedPrecondition("ALERT_OVER")
    return _step(replace(alert, state=_TAKEN, next_at=None, taken_by=statement.by), AlertStepKind.TAKEN, statement)


def sort(alert: Alert, statement: Statement, words: str) -> AlertChange:
    """Raises FailedPrecondition ALERT_OVER."""
    if alert.state not in IN_CHARGE:
        raise FailedPrecondition("ALERT_OVER")
    return _step(replace(alert, state=_OVER, next_at=None, taken_by=statement.by), AlertStepKind.SORTED, statement, words=words)


def reopen(alert: Alert, statement: Statement) -> AlertChange:
    """Who has it holds the watch no more: a new round begins, as those who were told before think that somebody has it."""
    return _step(replace(open_now(alert, statement.at), taken_by=None), AlertStepKind.REOPENED, statement)


def hurry(alert: Alert, now: datetime) -> AlertChange:
    """Who was told last holds the watch no more: the next is told at once."""
    return AlertChange(replace(alert, next_at=now, told_last=None))


def put_off(alert: Alert, statement: Statement, comes_at: datetime, until: datetime) -> AlertChange:
    """The worker comes later. `until`: when to look again."""
    changed = replace(alert, state=_WAITING, next_at=until)
    return _step(changed, AlertStepKind.ON_WAY, statement, comes_at=comes_at)


def end(alert: Alert, kind: AlertStepKind, statement: Statement) -> AlertChange:
    """What it waited for has happened."""
    return _step(replace(alert, state=_OVER, next_at=None), kind, statement)


def call_off(alert: Alert) -> AlertChange:
    """What it waits for is not planned any more, or not watched over."""
    return AlertChange(replace(alert, state=_OVER, next_at=None))


def miss(alert: Alert, statement: Statement) -> AlertChange:
    """Nobody started until the end. What somebody has sorted stays sorted; else a new round begins."""
    missed = replace(alert, missed_at=statement.at)
    return _step(missed if alert.state is _OVER else open_now(missed, statement.at), AlertStepKind.MISSED, statement)


def _step(alert: Alert, kind: AlertStepKind, statement: Statement, *, comes_at: datetime | None = None, words: str = "") -> AlertChange:
    counted = replace(alert, version=alert.version + 1)
    step = AlertStep(statement.id, alert.id, counted.version, alert.round, kind, statement.by, statement.at, comes_at, words)
    return AlertChange(counted, (step,))
