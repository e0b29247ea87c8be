"""Rows of standing places. Row-level security shows them with their series, and to the worker."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.standing_place import StandingPlace
from services.scheduling.storage.tables import standing_place, visit_series

_TODAY = bindparam("today", type_=Date)
_LAST_DAY = bindparam("last", type_=Date)
_OF = (
    select(standing_place)
    .where(among(standing_place.c.series, "series"), or_(standing_place.c.last_day.is_(None), standing_place.c.last_day >= _TODAY))
    .order_by(standing_place.c.series, standing_place.c.since, standing_place.c.worker)
)
_LOCK = (
    select(standing_place).where(standing_place.c.series == bindparam("of"), standing_place.c.worker == bindparam("by")).with_for_update()
)
_SERIES_OF = (
    select(standing_place.c.series)
    .where(standing_place.c.worker == bindparam("by"), standing_place.c.since < bindparam("until", type_=Date))
    .where(or_(standing_place.c.last_day.is_(None), standing_place.c.last_day >= _TODAY))
    .order_by(standing_place.c.series)
)
_INSERT = insert(standing_place)
_TAKE = _INSERT.on_conflict_do_update(
    index_elements=["series", "worker"], set_={name: _INSERT.excluded[name] for name in ("since", "joined_at", "last_day")}
)
_END = (
    update(standing_place)
    .where(standing_place.c.series == bindparam("of"), standing_place.c.worker == bindparam("by"))
    .values(last_day=_LAST_DAY)
)
_END_WITH_SERIES = (
    update(standing_place)
    .where(standing_place.c.series == bindparam("of"))
    .where(or_(standing_place.c.last_day.is_(None), standing_place.c.last_day > _LAST_DAY))
    .values(last_day=_LAST_DAY)
    .returning(standing_place)
)
# Who has come back since has joined anew.
_LEAVE = (
    delete(standing_place)
    .where(standing_place.c.worker == bindparam("by"), standing_place.c.joined_at <= bindparam("at", type_=MOMENT))
    .returning(standing_place)
)
_LEAVE_TEAM = _LEAVE.where(standing_place.c.series.in_(select(visit_series.c.id).where(visit_series.c.team == bindparam("in_team"))))
_FORGET = delete(standing_place).where(
    standing_place.c.series == visit_series.c.id, func.coalesce(standing_place.c.last_day, visit_series.c.last_day) < _TODAY
)

_to_place = row_mapper(StandingPlace)


async def list_of(work: UnitOfWork, series: Collection[UUID], today: date) -> list[StandingPlace]:
    """Those in these series that are not over, who came first first."""
    return [_to_place(row) for row in await work.connection.execute(_OF, {"series": list(series), "today": today})]


async def list_series(work: UnitOfWork, worker: UUID, monday: date) -> tuple[UUID, ...]:
    """In which they have one on a day of that week."""
    values = {"by": worker, "today": monday, "until": monday + timedelta(days=7)}
    return tuple((await work.connection.execute(_SERIES_OF, values)).scalars())


async def find(work: UnitOfWork, series: UUID, worker: UUID) -> StandingPlace | None:
    """Locked."""
    row = (await work.connection.execute(_LOCK, {"of": series, "by": worker})).first()
    return _to_place(row) if row else None


async def take(work: UnitOfWork, place: StandingPlace) -> None:
    """In place of one that they had in the series."""
    await work.connection.execute(_TAKE, values_of(place))


async def end(work: UnitOfWork, ended: StandingPlace) -> None:
    await work.connection.execute(_END, {"of": ended.series, "by": ended.worker, "last": ended.last_day})


async def end_with_series(work: UnitOfWork, series: UUID, last_day: date) -> list[StandingPlace]:
    """None goes on after the series; those that would have."""
    return [_to_place(row) for row in await work.connection.execute(_END_WITH_SERIES, {"of": series, "last": last_day})]


async def leave_team(work: UnitOfWork, team: UUID, worker: UUID, at: datetime) -> list[StandingPlace]:
    """Those are gone that somebody had taken as the member who left at that time."""
    return [_to_place(row) for row in await work.connection.execute(_LEAVE_TEAM, {"in_team": team, "by": worker, "at": at})]


async def leave_all_teams(work: UnitOfWork, worker: UUID, at: datetime) -> list[StandingPlace]:
    return [_to_place(row) for row in await work.connection.execute(_LEAVE, {"by": worker, "at": at})]


async def forget_past(work: UnitOfWork, today: date) -> int:
    """Those that are over. Returns how many."""
    return (await work.connection.execute(_FORGET, {"today": today})).rowcount


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The other entry's are the kept one's, but where both have one in a series, or it is their own."""
    same = standing_place.alias("same")
    has_one = exists().where(same.c.series == standing_place.c.series, same.c.worker == kept)
    is_own = exists().where(visit_series.c.id == standing_place.c.series, visit_series.c.person == kept)
    gone = or_(and_(standing_place.c.worker == other, has_one), and_(standing_place.c.worker.in_((kept, other)), is_own))
    await work.connection.execute(delete(standing_place).where(gone))
    await work.connection.execute(update(standing_place).where(standing_place.c.worker == other).values(worker=kept))
