"""Requests of people for all that is held about them, and to be erased."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from kith.identity.v1.enums import DataRequestKind
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.identity.domain.data_request import DataRequest
from services.identity.storage.tables import data_request

_OPEN = data_request.c.answered_at.is_(None)
_ADD = insert(data_request)
_FIND_OPEN = select(data_request).where(data_request.c.person == bindparam("of"), data_request.c.kind == bindparam("of_kind"), _OPEN)
_LOCK = select(data_request).where(data_request.c.id == bindparam("wanted")).with_for_update()
_ANSWER = (
    update(data_request)
    .where(data_request.c.id == bindparam("wanted"))
    .values(answered_at=bindparam("at", type_=MOMENT), answered_by=bindparam("by"), answer=bindparam("words"))
)
_ANSWER_ALL = (
    update(data_request)
    .where(among(data_request.c.person, "persons"), _OPEN)
    .values(answered_at=bindparam("at", type_=MOMENT), answered_by=bindparam("by"))
)
_NOT_REMINDED = (_OPEN, data_request.c.reminded_at.is_(None))
_REMIND = (
    update(data_request)
    .where(*_NOT_REMINDED, data_request.c.due_day <= bindparam("until"))
    .values(reminded_at=bindparam("at", type_=MOMENT))
    .returning(data_request)
)
_NEXT_DUE = select(func.min(data_request.c.due_day)).where(*_NOT_REMINDED)

_to_request = row_mapper(DataRequest)


async def add(work: UnitOfWork, request: DataRequest) -> None:
    await work.connection.execute(_ADD, values_of(request))


async def find_open(work: UnitOfWork, person: UUID, kind: DataRequestKind) -> DataRequest | None:
    """The person's request of this kind that nobody has answered yet."""
    row = (await work.connection.execute(_FIND_OPEN, {"of": person, "of_kind": kind.value})).first()
    return _to_request(row) if row else None


async def lock(work: UnitOfWork, request: UUID) -> DataRequest | None:
    """Locked until the transaction ends."""
    row = (await work.connection.execute(_LOCK, {"wanted": request})).first()
    return _to_request(row) if row else None


async def save_answer(work: UnitOfWork, request: DataRequest) -> None:
    values = {"wanted": request.id, "at": request.answered_at, "by": request.answered_by, "words": request.answer}
    await work.connection.execute(_ANSWER, values)


async def close_all(work: UnitOfWork, persons: Collection[UUID]) -> None:
    """Nobody is left who could be answered."""
    await work.connection.execute(_ANSWER_ALL, {"persons": list(persons), "at": work.now, "by": work.caller.id})


async def mark_reminded(work: UnitOfWork, until: date) -> list[DataRequest]:
    """The open requests that are due by this day and were not reminded of: from now on they were."""
    return [_to_request(row) for row in await work.connection.execute(_REMIND, {"until": until, "at": work.now})]


async def next_due_day(work: UnitOfWork) -> date | None:
    """Of those that nobody was reminded of."""
    day: date | None = (await work.connection.execute(_NEXT_DUE)).scalar()
    return day


async def list_open(work: UnitOfWork, page: PageRequest) -> Page[DataRequest]:
    """The open requests, the most urgent first."""
    by = (data_request.c.due_day, data_request.c.id)
    return (await paginate(work, select(data_request).where(_OPEN), page, by=by, name="open data requests")).map(_to_request)
