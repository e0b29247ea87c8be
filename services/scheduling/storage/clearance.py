"""What a paid worker needs for a visit by the rulebook's credentials, and whose are to be looked at again."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from libs.access import held_credentials
from libs.database import wakeups
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.rulebook.credentials import Gate
from libs.rulebook.readiness import missing_credentials
from services.scheduling.storage.tables import uncleared, visit_place
from services.scheduling.storage.visit_places import HAS_NOT_BEGUN

_BATCH = 10
"""Of workers at a time: no event is applied meanwhile. The job goes on at once while there are more."""
_DOUBT = insert(uncleared).values(worker=bindparam("of")).on_conflict_do_nothing()
_TO_COME = (visit_place.c.coming, visit_place.c.starts > bindparam("now", type_=MOMENT))
_PAID_WORKERS = select(visit_place.c.worker).where(*_TO_COME, visit_place.c.paid).distinct()
_DOUBT_ALL = insert(uncleared).from_select(["worker"], _PAID_WORKERS).on_conflict_do_nothing()
_DOUBTED = select(uncleared.c.worker).order_by(uncleared.c.worker).limit(_BATCH).with_for_update()
_LOOKED_AT = delete(uncleared).where(uncleared.c.worker == bindparam("of"))
_ANY = select(literal(1)).select_from(uncleared).limit(1)
_PLACES = (
    select(visit_place.c.visit, visit_place.c.paid)
    .where(visit_place.c.worker == bindparam("of"), *_TO_COME, HAS_NOT_BEGUN)
    .order_by(visit_place.c.starts, visit_place.c.visit)
)


async def missing_for_visit(work: UnitOfWork, worker: UUID, day: date) -> tuple[str, ...]:
    """The kinds of credentials that a paid worker needs for a visit of that day and does not hold then, by name."""
    return missing_credentials(Gate.VISITS, await held_credentials.get_rules(work), await held_credentials.list_of(work, worker), day)


async def doubt(work: UnitOfWork, worker: UUID) -> None:
    """Their credentials, or the tasks that they may do, changed: the job looks at once."""
    await work.connection.execute(_DOUBT, {"of": worker})
    work.wakes.add(wakeups.EVENTS)


async def doubt_all(work: UnitOfWork) -> None:
    """The rulebook changed: the job looks at everybody who comes to a visit."""
    await work.connection.execute(_DOUBT_ALL, {"now": work.now})
    work.wakes.add(wakeups.EVENTS)


async def list_doubted(work: UnitOfWork) -> list[UUID]:
    """Locked."""
    return list((await work.connection.execute(_DOUBTED)).scalars())


async def settle(work: UnitOfWork, worker: UUID) -> None:
    await work.connection.execute(_LOOKED_AT, {"of": worker})


async def next_look(work: UnitOfWork, soon: datetime) -> datetime | None:
    return soon if (await work.connection.execute(_ANY)).first() is not None else None


async def list_to_come(work: UnitOfWork, worker: UUID) -> list[tuple[UUID, bool]]:
    """Visits that they come to and that have not started, each with whether it is for pay, in their order."""
    rows = await work.connection.execute(_PLACES, {"of": worker, "now": work.now})
    return [(row.visit, row.paid) for row in rows]
