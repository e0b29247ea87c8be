"""Rows of who holds the watch. Everybody may see them; who is asked and has not answered, `list_coming` leaves to its caller."""

from uuid import UUID

from sqlalchemy import bindparam, func, insert, or_, select, update

from kith.scheduling.v1.enums import WatchDutyState
from libs.access import hats
from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotAllowed, NotFound
from services.scheduling.domain.watch_duty import WatchDuty
from services.scheduling.storage.tables import watch_duty

WATCH = "watch"
"""The wake-up: somebody may have to be told."""
_BY_ID = select(watch_duty).where(watch_duty.c.id == bindparam("of")).with_for_update()
_ADD = insert(watch_duty)
_SAVE = update(watch_duty).where(watch_duty.c.id == bindparam("saved"))
_NOT_OVER = or_(watch_duty.c.ends.is_(None), watch_duty.c.ends > NOW)
_ORDER = (watch_duty.c.rank, watch_duty.c.asked_at, watch_duty.c.id)
_HELD = (watch_duty.c.state == WatchDutyState.HELD.value, watch_duty.c.begins <= NOW, _NOT_OVER)
_HOLDERS = select(watch_duty.c.holder).where(*_HELD).order_by(*_ORDER)
_COMING = (
    select(watch_duty).where(watch_duty.c.state.in_([WatchDutyState.ASKED.value, WatchDutyState.HELD.value]), _NOT_OVER).order_by(*_ORDER)
)
_ASKED = (
    select(func.count())
    .select_from(watch_duty)
    .where(watch_duty.c.holder == bindparam("of"), watch_duty.c.state == WatchDutyState.ASKED.value, _NOT_OVER)
)

_to_duty = row_mapper(WatchDuty)


async def get(work: UnitOfWork, duty: UUID) -> WatchDuty:
    """Locked. Raises NotFound WATCH_DUTY_UNKNOWN."""
    row = (await work.connection.execute(_BY_ID, {"of": duty})).first()
    if row is None:
        raise NotFound("WATCH_DUTY_UNKNOWN")
    return _to_duty(row)


async def add(work: UnitOfWork, new: WatchDuty) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def save(work: UnitOfWork, changed: WatchDuty) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})
    work.wakes.add(WATCH)


async def list_holders(work: UnitOfWork) -> list[UUID]:
    """Who holds the watch now, each once, in the order in which they are told."""
    return list(dict.fromkeys((await work.connection.execute(_HOLDERS, {"now": work.now})).scalars()))


async def require_in_charge(work: UnitOfWork) -> None:
    """For who holds the watch, and for secretaries. Raises NotAllowed WATCH_NEEDED."""
    if work.caller.person not in await list_holders(work) and not await hats.wears(work, hats.SECRETARY):
        raise NotAllowed("WATCH_NEEDED")


async def list_coming(work: UnitOfWork) -> list[WatchDuty]:
    """What is asked or held, and not over, in the order in which they are told."""
    return list(map(_to_duty, await work.connection.execute(_COMING, {"now": work.now})))


async def count_asked(work: UnitOfWork, person: UUID) -> int:
    return int((await work.connection.execute(_ASKED, {"of": person, "now": work.now})).scalar_one())
