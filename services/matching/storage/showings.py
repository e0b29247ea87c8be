"""Rows that say who was suggested to whom in which week, and how many introductions there were."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from services.matching.domain.exposure import Showing, week_of
from services.matching.domain.introduction import IntroductionKind
from services.matching.storage.tables import introduction, showing

_ADD = insert(showing).on_conflict_do_nothing(index_elements=["worker", "person", "week"])
_SINCE = select(showing.c.worker, showing.c.person, showing.c.shown_on).where(showing.c.week >= bindparam("first"))
_BEGUN = select(introduction.c.worker).where(introduction.c.id >= bindparam("first"), introduction.c.kind == IntroductionKind.SUPPORT.value)
_FORGET = delete(showing).where(showing.c.week < bindparam("first"))
_MILLISECONDS_BIT = 80
"""A UUIDv7 begins with the milliseconds of its making, above this bit."""


async def add(work: UnitOfWork, person: UUID, workers: Collection[UUID], on: date) -> None:
    """Who was shown to this person in the same week already stays as they are."""
    if workers:
        await work.connection.execute(
            _ADD, [{"worker": worker, "person": person, "week": week_of(on), "shown_on": on} for worker in workers]
        )


async def list_since(work: UnitOfWork, week: date) -> list[Showing]:
    """Those of the week that begins on this Monday and of later ones. Only matching itself sees those of others."""
    rows = await work.connection.execute(_SINCE, {"first": week})
    return [Showing(str(row.worker), str(row.person), row.shown_on) for row in rows]


async def list_introduced_since(work: UnitOfWork, moment: datetime) -> list[str]:
    """The worker of each introduction to give support that was begun at this moment or later: its id says when."""
    first = UUID(int=int(moment.timestamp() * 1000) << _MILLISECONDS_BIT)
    return list(map(str, (await work.connection.execute(_BEGUN, {"first": first})).scalars()))


async def forget_before(work: UnitOfWork, week: date) -> int:
    """Deletes those of earlier weeks. Returns how many."""
    return (await work.connection.execute(_FORGET, {"first": week})).rowcount
