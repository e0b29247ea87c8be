"""On which days the average week does not bind workers. Row-level security: the worker alone writes it, a secretary reads it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.opt_out import OptOut
from services.scheduling.storage.working_time_tables import opt_out

_OF = select(opt_out).where(among(opt_out.c.worker, "workers")).order_by(opt_out.c.first_day.desc(), opt_out.c.id.desc())
_OWN = select(opt_out).where(opt_out.c.id == bindparam("of"), opt_out.c.worker == bindparam("by")).with_for_update()
_END = update(opt_out).where(opt_out.c.id == bindparam("of"))
_DROP = delete(opt_out).where(opt_out.c.id == bindparam("of"))

_GOES_ON = (opt_out.c.worker == bindparam("of"), opt_out.c.last_day.is_(None))
_DROP_LATER = delete(opt_out).where(*_GOES_ON, opt_out.c.first_day > bindparam("day"))
_END_ALL = update(opt_out).where(*_GOES_ON).values(last_day=bindparam("day"), ended_at=bindparam("at", type_=MOMENT))

_to_opt_out = row_mapper(OptOut)


async def add(work: UnitOfWork, new: OptOut) -> None:
    await work.connection.execute(insert(opt_out), values_of(new))


async def get_own(work: UnitOfWork, opt_out_id: UUID, worker: UUID) -> OptOut:
    """Locked. Raises NotFound OPT_OUT_UNKNOWN, also for another worker's."""
    row = (await work.connection.execute(_OWN, {"of": opt_out_id, "by": worker})).first()
    if row is None:
        raise NotFound("OPT_OUT_UNKNOWN")
    return _to_opt_out(row)


async def end(work: UnitOfWork, ended: OptOut, last_day: date | None) -> None:
    """It holds until that day; nothing stays of one that never began, without one."""
    if last_day is None:
        await work.connection.execute(_DROP, {"of": ended.id})
    else:
        await work.connection.execute(_END.values(last_day=last_day, ended_at=work.now), {"of": ended.id})


async def end_all(work: UnitOfWork, worker: UUID, day: date) -> None:
    """They work no more: what goes on has that last day, and what has not begun never does."""
    await work.connection.execute(_DROP_LATER, {"of": worker, "day": day})
    await work.connection.execute(_END_ALL, {"of": worker, "day": day, "at": work.now})


async def list_of(work: UnitOfWork, workers: Collection[UUID]) -> dict[UUID, list[OptOut]]:
    """By worker, the latest first day first."""
    found: defaultdict[UUID, list[OptOut]] = defaultdict(list)
    for each in map(_to_opt_out, await work.connection.execute(_OF, {"workers": list(workers)})):
        found[each.worker].append(each)
    return found


async def list_all(work: UnitOfWork, page: PageRequest) -> Page[OptOut]:
    """Everybody's, as far as the caller sees, the latest first day first."""
    rows = await paginate(work, select(opt_out), page, by=(opt_out.c.first_day, opt_out.c.id), name="opt-outs", descending=True)
    return rows.map(_to_opt_out)
