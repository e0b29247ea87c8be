"""Rows of notices: who is to be told of what, and how far that is. They never hold what a notice says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper
from services.web.storage.tables import notice

NOTICES = "notices"
"""The wake-up: there is a notice to deliver."""
WAITS_AT_MOST = timedelta(days=3)
"""What could not be delivered for so long is not news any more."""
KEPT_FOR = timedelta(days=90)
_BATCH = 50


class NoticeState(StrEnum):
    """How far a notice is."""

    WAITING = "waiting"
    TO_PRINT = "to_print"
    TO_TEXT = "to_text"
    SENT = "sent"
    """Mailed, or its letter or text message sent by the secretary."""
    PAGE_ONLY = "page_only"
    """The person reads it on the pages: they chose so, or there is no other way."""
    STOPPED = "stopped"
    """The person does not want to be told of this."""
    REFUSED = "refused"
    LAPSED = "lapsed"
    """It could not be delivered while it was news."""


OPEN = (NoticeState.WAITING, NoticeState.TO_PRINT, NoticeState.TO_TEXT)


@dataclass(frozen=True)
class Notice:
    """One notice. `about` makes it the one of its person and kind; `subject` is the motion it leads to, or empty."""

    id: UUID
    person: UUID
    kind: str
    about: str
    subject: str
    source: str
    asked_at: datetime
    due_at: datetime
    until: datetime
    state: NoticeState
    reason: str = ""
    channel: str = ""
    easy_read: bool = False
    large_print: bool = False
    tries: int = 0
    done_at: datetime | None = None
    done_by: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a notice. While it goes on waiting, `due_at` is when to try again; `tried` counts a try."""

    state: NoticeState
    reason: str = ""
    channel: str = ""
    easy_read: bool = False
    large_print: bool = False
    due_at: datetime | None = None
    tried: bool = False


_ADD = insert(notice).on_conflict_do_nothing(index_elements=["person", "kind", "about"])
_WAITING = notice.c.state == NoticeState.WAITING.value
_NOW = bindparam("now", type_=MOMENT)
_DUE = select(notice).where(_WAITING, notice.c.due_at <= _NOW).order_by(notice.c.due_at, notice.c.id).limit(_BATCH)
_NEXT = select(func.min(notice.c.due_at)).where(_WAITING)
_LAPSE = (
    update(notice)
    .where(notice.c.state.in_([state.value for state in OPEN]), notice.c.until <= bindparam("now", type_=MOMENT))
    .values(state=NoticeState.LAPSED.value, done_at=bindparam("now", type_=MOMENT))
)
_RECORD = update(notice).where(notice.c.id == bindparam("notice"), _WAITING)
_FINISH = (
    update(notice)
    .where(among(notice.c.id, "ids"), notice.c.state == bindparam("before"))
    .values(state=NoticeState.SENT.value, done_at=bindparam("now", type_=MOMENT), done_by=bindparam("whom"))
)
_WITHDRAW = delete(notice).where(notice.c.kind == bindparam("of_kind"), notice.c.about == bindparam("of"), _WAITING)
_COUNT = select(notice.c.state, func.count()).group_by(notice.c.state)
_DELETE_OLD = delete(notice).where(notice.c.done_at <= bindparam("before", type_=MOMENT))

_to_notice = row_mapper(Notice)


async def add(
    work: UnitOfWork,
    persons: Sequence[UUID],
    kind: str,
    about: str,
    *,
    source: str,
    at: datetime,
    subject: str = "",
    due_at: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Insert a notice for each person; once for each person, kind and `about`, however often it is asked for.

    What is of no use any more is not inserted: events of long ago are read again when projections are rebuilt.
    """
    ends = until or at + WAITS_AT_MOST
    if ends <= work.now or not persons:
        return
    shared = {"kind": kind, "about": about, "subject": subject, "source": source, "asked_at": at, "due_at": due_at or at, "until": ends}
    rows = [{"id": work.new_id(), "person": person, "state": NoticeState.WAITING.value, **_NOTHING_DONE, **shared} for person in persons]
    await work.connection.execute(_ADD, rows)
    work.wakes.add(NOTICES)


_NOTHING_DONE = {"reason": "", "channel": "", "easy_read": False, "large_print": False, "tries": 0, "done_at": None, "done_by": ""}


async def withdraw(work: UnitOfWork, kind: str, about: str, person: UUID | None = None) -> None:
    """Drop what waits and is not needed any more, for one person or for all."""
    statement = _WITHDRAW.where(notice.c.person == person) if person else _WITHDRAW
    await work.connection.execute(statement, {"of_kind": kind, "of": about})


async def list_due(work: UnitOfWork) -> list[Notice]:
    """The next notices to deliver, longest due first; those that are of no use any more lapse."""
    await work.connection.execute(_LAPSE, {"now": work.now})
    return list(map(_to_notice, await work.connection.execute(_DUE, {"now": work.now})))


async def next_due(work: UnitOfWork) -> datetime | None:
    at: datetime | None = (await work.connection.execute(_NEXT)).scalar()
    return at


async def record(work: UnitOfWork, delivered: Notice, outcome: Outcome) -> None:
    """Store what became of a notice that was waiting."""
    is_open = outcome.state in OPEN
    values = {
        "state": outcome.state.value,
        "reason": outcome.reason,
        "channel": outcome.channel or delivered.channel,
        "easy_read": outcome.easy_read,
        "large_print": outcome.large_print,
        "tries": delivered.tries + outcome.tried,
        "due_at": outcome.due_at or delivered.due_at,
        "done_at": None if is_open else work.now,
    }
    await work.connection.execute(_RECORD.values(values), {"notice": delivered.id})


async def finish(work: UnitOfWork, ids: Sequence[UUID], before: NoticeState, whom: str) -> int:
    """A secretary printed these letters or sent these text messages; returns how many it had not been said of before."""
    values = {"ids": list(ids), "before": before.value, "now": work.now, "whom": whom}
    return (await work.connection.execute(_FINISH, values)).rowcount


async def list_in_state(work: UnitOfWork, state: NoticeState, limit: int) -> list[Notice]:
    """Notices in this state, oldest first."""
    statement = select(notice).where(notice.c.state == state.value).order_by(notice.c.asked_at, notice.c.id).limit(limit)
    return list(map(_to_notice, await work.connection.execute(statement)))


async def list_notices(work: UnitOfWork, page: PageRequest) -> Page[Notice]:
    """All notices, newest first."""
    by = (notice.c.asked_at, notice.c.id)
    return (await paginate(work, select(notice), page, by=by, name="notices", descending=True)).map(_to_notice)


async def count_by_state(work: UnitOfWork) -> dict[str, int]:
    return dict((await work.connection.execute(_COUNT)).tuples().all())


async def delete_old(work: UnitOfWork) -> int:
    """Delete notices that were done with long ago; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": work.now - KEPT_FOR})).rowcount
