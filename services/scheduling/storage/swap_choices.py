"""What a worker could ask for one of their visits: those of others of the team, to the same person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from kith.scheduling.v1.enums import VisitState
from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.scheduling.storage.tables import visit, visit_place

MOST = 200
_OWN = visit_place.alias("own")
_OTHERS_VISITS = (
    select(visit_place.c.worker, visit.c.id, visit.c.version, visit.c.starts, visit.c.ends)
    .join(visit, visit.c.id == visit_place.c.visit)
    .where(visit.c.team == bindparam("of"), visit.c.state == VisitState.AGREED.value, visit.c.starts > NOW)
    .where(visit_place.c.coming, visit_place.c.worker != bindparam("by"))
    .where(~select(_OWN.c.visit).where(_OWN.c.visit == visit.c.id, _OWN.c.worker == bindparam("by"), _OWN.c.coming).exists())
    .order_by(visit.c.starts, visit.c.id)
    .limit(MOST)
)


@dataclass(frozen=True)
class OthersVisit:
    """A visit that another worker comes to."""

    worker: UUID
    id: UUID
    version: int
    starts: datetime
    ends: datetime


_to_others_visit = row_mapper(OthersVisit)


async def list_others(work: UnitOfWork, team: UUID, worker: UUID) -> list[OthersVisit]:
    """The next ones of that team that others come to and `worker` does not."""
    rows = await work.connection.execute(_OTHERS_VISITS, {"of": team, "by": worker, "now": work.now})
    return list(map(_to_others_visit, rows))
