"""With which reasons workers take visits although a rule of working time is not kept: their own word.

What they said to an offer or a draft stands here before they come, and counts once they do.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select, update

from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.rest_reason import PassedRules, SaidReason
from services.scheduling.storage.tables import visit as visit_table
from services.scheduling.storage.tables import visit_place, visit_record
from services.scheduling.storage.visits import TAKES_PLACE
from services.scheduling.storage.working_time_tables import rest_reason

_DROP = delete(rest_reason).where(rest_reason.c.visit == bindparam("of"), rest_reason.c.worker == bindparam("by"))
_SAME = (visit_place.c.visit == rest_reason.c.visit) & (visit_place.c.worker == rest_reason.c.worker)
_RECORDED = (visit_record.c.visit == rest_reason.c.visit) & (visit_record.c.worker == rest_reason.c.worker)
_OF = (
    select(rest_reason, visit_place.c.starts)
    .join(visit_place, _SAME)
    .join(visit_table, visit_table.c.id == rest_reason.c.visit)
    .outerjoin(visit_record, _RECORDED)
    .where(
        rest_reason.c.worker == bindparam("of"),
        visit_place.c.starts >= bindparam("begin", type_=MOMENT),
        visit_place.c.starts < bindparam("end", type_=MOMENT),
        visit_table.c.state.in_(TAKES_PLACE),
        or_(visit_place.c.coming, visit_record.c.id.isnot(None)),
    )
    .order_by(visit_place.c.starts, rest_reason.c.visit)
)
_SAID = select(rest_reason.c.reason).where(rest_reason.c.visit == bindparam("of"), rest_reason.c.worker == bindparam("by"))
_to_passed = row_mapper(PassedRules)


async def replace(work: UnitOfWork, visit: UUID, worker: UUID, passed: PassedRules | None) -> None:
    """What they said of the visit before no longer matters. Also where it is somebody else who has them come, by what they said."""
    async with all_rows(work):
        await work.connection.execute(_DROP, {"of": visit, "by": worker})
        if passed is not None:
            await work.connection.execute(insert(rest_reason), values_of(passed))


async def find(work: UnitOfWork, visit: UUID, worker: UUID) -> SaidReason | None:
    """What they said last of the visit, as an adult."""
    async with all_rows(work):
        reason = (await work.connection.execute(_SAID, {"of": visit, "by": worker})).scalar()
    return SaidReason(reason, is_adult=True) if reason else None


async def list_of(work: UnitOfWork, worker: UUID, begin: datetime, end: datetime) -> list[tuple[datetime, PassedRules]]:
    """Those of visits to which they come or came, with when each starts, from `begin` until before `end`, the earliest first."""
    async with all_rows(work):
        rows = await work.connection.execute(_OF, {"of": worker, "begin": begin, "end": end})
    return [(row.starts, _to_passed(row)) for row in rows]


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Two entries are one person: of two at one visit the kept entry's own stays."""
    own = select(rest_reason.c.visit).where(rest_reason.c.worker == kept)
    await work.connection.execute(delete(rest_reason).where(rest_reason.c.worker == other, rest_reason.c.visit.in_(own)))
    await work.connection.execute(update(rest_reason).where(rest_reason.c.worker == other).values(worker=kept))
