"""When a worker came to visits, as both sides confirmed it, and when they were or are to come, where they have not.

It looks at rows that the worker may not see, such as places of persons whose team they left: the query has asked for the right.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select

from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from services.scheduling.domain.work_history import WorkedTimes
from services.scheduling.storage.tables import visit, visit_place, visit_record, visit_record_entry
from services.scheduling.storage.visits import TAKES_PLACE

_SAME = and_(visit_record.c.visit == visit_place.c.visit, visit_record.c.worker == visit_place.c.worker)
_CONFIRMED = (
    # Whose place is gone without their record counts as paid: no hour of an employee is left out.
    select(visit_record_entry.c.starts, visit_record_entry.c.ends, func.coalesce(visit_place.c.paid, True).label("paid"))
    .select_from(visit_record)
    .join(visit_record_entry, visit_record_entry.c.id == visit_record.c.confirmed)
    .outerjoin(visit_place, _SAME)
    .where(
        visit_record.c.worker == bindparam("of"),
        visit_record_entry.c.starts >= bindparam("begin", type_=MOMENT),
        visit_record_entry.c.starts < bindparam("end", type_=MOMENT),
    )
)
_PLANNED = (
    select(visit_place.c.starts, visit_place.c.ends, visit_place.c.paid)
    .join(visit, visit.c.id == visit_place.c.visit)
    .outerjoin(visit_record, _SAME)
    .where(
        visit_place.c.worker == bindparam("of"),
        visit_place.c.starts >= bindparam("begin", type_=MOMENT),
        visit_place.c.starts < bindparam("end", type_=MOMENT),
        visit.c.state.in_(TAKES_PLACE),
        visit_record.c.confirmed.is_(None),
        or_(visit_place.c.coming, visit_record.c.id.isnot(None)),
    )
)


async def list_of(work: UnitOfWork, worker: UUID, begin: datetime, end: datetime) -> list[WorkedTimes]:
    """Visits that started, or are to start, from `begin` until before `end`; in no order."""
    values = {"of": worker, "begin": begin, "end": end}
    async with all_rows(work):
        confirmed = [
            WorkedTimes(row.starts, row.ends, row.paid, confirmed=True) for row in await work.connection.execute(_CONFIRMED, values)
        ]
        planned = [WorkedTimes(row.starts, row.ends, row.paid, confirmed=False) for row in await work.connection.execute(_PLANNED, values)]
    return [*confirmed, *planned]
