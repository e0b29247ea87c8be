"""Rows of series. Row-level security shows those of one's own and of the teams one is in."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, bindparam, func, insert, literal, or_, select, update

from kith.scheduling.v1.enums import SeriesState
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.visit_series import AHEAD, VisitSeries
from services.scheduling.storage.tables import team_member, visit_series

RUNNING = visit_series.c.state.in_([SeriesState.AGREED.value, SeriesState.ENDED.value])
_OPEN = or_(visit_series.c.state == SeriesState.PROPOSED.value, RUNNING)
_TODAY = bindparam("today", type_=Date)
_NOT_OVER = or_(visit_series.c.last_day.is_(None), visit_series.c.last_day >= _TODAY)
_BY_ID = select(visit_series).where(visit_series.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_ADD = insert(visit_series)
_SAVE = update(visit_series).where(visit_series.c.id == bindparam("saved"))
_PLANNED = update(visit_series).where(visit_series.c.id == bindparam("of")).values(planned_until=bindparam("until", type_=Date))
_BY_PERSON = select(visit_series).where(visit_series.c.person == bindparam("of"), _OPEN, _NOT_OVER)
# Nothing is to be made any more once all days until the last one have been looked after.
_DUE = (
    RUNNING,
    visit_series.c.planned_until < func.least(func.coalesce(visit_series.c.last_day, bindparam("until", type_=Date)), bindparam("until")),
)
_BATCH = select(visit_series).where(*_DUE).order_by(visit_series.c.id).limit(20).with_for_update()
_ANY_DUE = select(literal(1)).select_from(visit_series).where(*_DUE).limit(1)
_ANY_RUNNING = (
    select(literal(1))
    .select_from(visit_series)
    .where(RUNNING, or_(visit_series.c.last_day.is_(None), visit_series.c.planned_until < visit_series.c.last_day))
    .limit(1)
)
_LOCK_BY_PERSON = _BY_PERSON.order_by(visit_series.c.id).with_for_update()
_MY_TEAMS = select(team_member.c.team).where(team_member.c.person == bindparam("of"))

_to_series = row_mapper(VisitSeries)


async def get(work: UnitOfWork, series_id: UUID, *, lock: bool = False) -> VisitSeries:
    """Raises NotFound SERIES_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": series_id})).first()
    if row is None:
        raise NotFound("SERIES_UNKNOWN")
    return _to_series(row)


async def add(work: UnitOfWork, new: VisitSeries) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def save(work: UnitOfWork, changed: VisitSeries) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id", "planned_until")), {"saved": changed.id})


async def set_planned(work: UnitOfWork, series_id: UUID, until: date) -> None:
    await work.connection.execute(_PLANNED, {"of": series_id, "until": until})


async def list_of(work: UnitOfWork, person: UUID, today: date) -> list[VisitSeries]:
    """What is proposed for a person and what goes on."""
    return [_to_series(row) for row in await work.connection.execute(_BY_PERSON, {"of": person, "today": today})]


async def lock_of(work: UnitOfWork, person: UUID, today: date) -> list[VisitSeries]:
    """As `list_of`, locked in the order of the ids."""
    return [_to_series(row) for row in await work.connection.execute(_LOCK_BY_PERSON, {"of": person, "today": today})]


async def list_seen(work: UnitOfWork, principal: UUID, today: date, page: PageRequest) -> Page[VisitSeries]:
    """What is proposed and what goes on, of somebody themselves and of the teams they are in, the latest first."""
    mine = or_(visit_series.c.person == bindparam("of"), visit_series.c.team.in_(_MY_TEAMS))
    statement = select(visit_series).where(_OPEN, _NOT_OVER, mine).params(of=principal, today=today)
    rows = await paginate(work, statement, page, by=(visit_series.c.id,), name=f"series of {principal}", descending=True)
    return rows.map(_to_series)


async def list_due(work: UnitOfWork, today: date) -> list[VisitSeries]:
    """Some of those of which visits are to be made, locked."""
    return [_to_series(row) for row in await work.connection.execute(_BATCH, {"until": today + AHEAD})]


async def is_any_due(work: UnitOfWork, today: date) -> bool:
    return (await work.connection.execute(_ANY_DUE, {"until": today + AHEAD})).first() is not None


async def is_any_running(work: UnitOfWork) -> bool:
    """Whether there will be more to make of any."""
    return (await work.connection.execute(_ANY_RUNNING)).first() is not None
