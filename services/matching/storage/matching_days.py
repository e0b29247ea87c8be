"""Rows of matching days, and of the secrets that begin their seeds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.matching_day import MatchingDay
from services.matching.storage.tables import matching_day, matching_day_secret

_WAITS = matching_day.c.cancelled_at.is_(None) & matching_day.c.run_at.is_(None)
_ADD = insert(matching_day).on_conflict_do_nothing()
_ADD_SECRET = insert(matching_day_secret)
_SAVE = update(matching_day).where(matching_day.c.id == bindparam("saved"))
_FIND = select(matching_day).where(matching_day.c.id == bindparam("of"))
_FIND_TO_ENTER = _FIND.with_for_update(read=True)
_FIND_TO_CHANGE = _FIND.with_for_update()
_LAST = select(matching_day).order_by(matching_day.c.announced_at.desc(), matching_day.c.id).limit(20)
_DUE = (
    select(matching_day)
    .where(_WAITS, matching_day.c.runs_at <= bindparam("now"))
    .order_by(matching_day.c.runs_at, matching_day.c.id)
    .limit(1)
    .with_for_update()
)
_NEXT_RUN = select(func.min(matching_day.c.runs_at)).where(_WAITS)
_SECRET = select(matching_day_secret.c.secret).where(matching_day_secret.c.day == bindparam("of"))

_to_day = row_mapper(MatchingDay)


async def add(work: UnitOfWork, new: MatchingDay, secret: str) -> bool:
    """False if another one waits to be run."""
    if (await work.connection.execute(_ADD, values_of(new))).rowcount == 0:
        return False
    async with all_rows(work):
        await work.connection.execute(_ADD_SECRET, {"day": new.id, "secret": secret})
    return True


async def get(work: UnitOfWork, of: UUID) -> MatchingDay:
    """Raises NotFound MATCHING_DAY_UNKNOWN."""
    return _known((await work.connection.execute(_FIND, {"of": of})).first())


async def get_to_enter(work: UnitOfWork, of: UUID) -> MatchingDay:
    """Many enter at once, and while they do it is neither run nor called off. Raises NotFound MATCHING_DAY_UNKNOWN."""
    return _known((await work.connection.execute(_FIND_TO_ENTER, {"of": of})).first())


async def get_to_change(work: UnitOfWork, of: UUID) -> MatchingDay:
    """Locked. Raises NotFound MATCHING_DAY_UNKNOWN."""
    return _known((await work.connection.execute(_FIND_TO_CHANGE, {"of": of})).first())


async def save(work: UnitOfWork, changed: MatchingDay) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id") | {"saved": changed.id})


async def list_last(work: UnitOfWork) -> list[MatchingDay]:
    """The last twenty that were announced, the newest first."""
    return list(map(_to_day, await work.connection.execute(_LAST)))


async def find_due(work: UnitOfWork) -> MatchingDay | None:
    """The next one to run now; locked."""
    row = (await work.connection.execute(_DUE, {"now": work.now})).first()
    return _to_day(row) if row else None


async def next_run(work: UnitOfWork) -> datetime | None:
    at: datetime | None = (await work.connection.execute(_NEXT_RUN)).scalar()
    return at


async def secret_of(work: UnitOfWork, day: UUID) -> str:
    """For the run alone."""
    return str((await work.connection.execute(_SECRET, {"of": day})).scalar_one())


def _known(row: Row[Any] | None) -> MatchingDay:
    if row is None:
        raise NotFound("MATCHING_DAY_UNKNOWN")
    return _to_day(row)
