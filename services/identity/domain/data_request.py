"""A person asks for all that is held about them, or to be erased: until when they must be answered.

One calendar month from the day on which they asked: the same day of the next month, or its last day where it has none (asked on 31
January, due on 28 or 29 February). UK GDPR, article 12(3); the Information Commissioner counts it this way. That a weekend or bank holiday
moves the end to the next working day is not modelled: the day shown is never later than the law's.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import DataRequestKind
from libs.refusals import AlreadyExists, FailedPrecondition, invalid

REMIND_BEFORE = timedelta(days=7)
MAX_ANSWER_LENGTH = 500
_DECEMBER = 12


@dataclass(frozen=True)
class DataRequest:
    """`asked_by` and `answered_by` are the ids of callers; the answer says how the person got their data, or why not."""

    id: UUID
    person: UUID
    asked_by: str
    asked_at: datetime
    due_day: date
    reminded_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    answer: str = ""
    kind: DataRequestKind = DataRequestKind.DATA


def due_day(asked: date) -> date:
    """The last day on which a request of this day can be answered in time."""
    year, month = (asked.year + 1, 1) if asked.month == _DECEMBER else (asked.year, asked.month + 1)
    return date(year, month, min(asked.day, calendar.monthrange(year, month)[1]))


def require_none_open(waiting: DataRequest | None) -> None:
    """Raises AlreadyExists DATA_ASKED_BEFORE or ERASURE_ASKED_BEFORE: a second request would not make the first one's day any later."""
    if waiting is not None:
        reason = "ERASURE_ASKED_BEFORE" if waiting.kind is DataRequestKind.ERASURE else "DATA_ASKED_BEFORE"
        raise AlreadyExists(reason, due_day=waiting.due_day.isoformat())


def answered(request: DataRequest, by: str, at: datetime, typed: str) -> DataRequest:
    """Raises FailedPrecondition DATA_ANSWERED_BEFORE, Invalid DATA_ANSWER_MISSING or DATA_ANSWER_TOO_LONG."""
    if request.answered_at is not None:
        raise FailedPrecondition("DATA_ANSWERED_BEFORE")
    answer = typed.strip()
    if not answer:
        raise invalid("answer", "DATA_ANSWER_MISSING")
    if len(answer) > MAX_ANSWER_LENGTH:
        raise invalid("answer", "DATA_ANSWER_TOO_LONG", at_most=str(MAX_ANSWER_LENGTH))
    return replace(request, answered_at=at, answered_by=by, answer=answer)
