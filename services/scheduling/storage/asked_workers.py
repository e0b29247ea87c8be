"""Who of the team was asked to come to a visit: each once for the visit at one time."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import Visit
from services.scheduling.storage.tables import asked_worker

_INSERT = insert(asked_worker)
_ASK = _INSERT.on_conflict_do_update(
    index_elements=["visit", "worker"],
    set_={name: _INSERT.excluded[name] for name in ("starts", "asked_by", "asked_at")},
    where=asked_worker.c.starts != _INSERT.excluded.starts,
).returning(asked_worker.c.worker)
_ASKED = select(asked_worker.c.worker).where(
    asked_worker.c.visit == bindparam("of"), asked_worker.c.starts == bindparam("at", type_=MOMENT)
)


async def ask(work: UnitOfWork, visit: Visit, workers: Collection[UUID], by: UUID) -> set[UUID]:
    """Those who were not asked before."""
    rows = [
        {"visit": visit.id, "worker": worker, "starts": visit.starts, "asked_by": by, "asked_at": work.now} for worker in sorted(workers)
    ]
    return {worker for row in rows for worker in (await work.connection.execute(_ASK, row)).scalars()}


async def list_asked(work: UnitOfWork, visit: UUID, starts: datetime) -> set[UUID]:
    return set((await work.connection.execute(_ASKED, {"of": visit, "at": starts})).scalars())
