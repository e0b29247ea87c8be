"""Rows of gaps between two visits to a person, and the visits that they are about. Row-level security shows both to the same people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, and_, bindparam, insert, or_, select, update

from kith.scheduling.v1.enums import VisitGapState
from libs.database.columns import NOW, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_gap import PLANNED, VisitGap
from services.scheduling.storage.gap_tables import visit_gap
from services.scheduling.storage.tables import visit
from services.scheduling.storage.visits import to_visit

_AGREED = visit_gap.c.state == VisitGapState.AGREED.value
_OPEN = visit_gap.c.state.in_([VisitGapState.PROPOSED.value, VisitGapState.AGREED.value])
_IS_PLANNED = visit.c.state.in_([state.value for state in PLANNED])
_BY_ID = select(visit_gap).where(visit_gap.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_SAVE = update(visit_gap).where(visit_gap.c.id == bindparam("saved"))
_OF_PERSON = select(visit_gap).where(visit_gap.c.person == bindparam("of"), _OPEN).order_by(visit_gap.c.id.desc())
_OF_SERIES = (
    select(visit_gap)
    .where(or_(visit_gap.c.first_series == bindparam("of"), visit_gap.c.second_series == bindparam("of")), _OPEN)
    .order_by(visit_gap.c.id)
)
_OF_VISITS = (
    select(visit_gap)
    .where(
        _AGREED,
        or_(
            *(among(column, "visits") for column in (visit_gap.c.first_visit, visit_gap.c.second_visit)),
            *(among(column, "series") for column in (visit_gap.c.first_series, visit_gap.c.second_series)),
        ),
    )
    .order_by(visit_gap.c.id)
)
_LOCK_OF_VISITS = _OF_VISITS.with_for_update()
_ON_DAYS = and_(visit.c.day >= bindparam("begin", type_=Date), visit.c.day <= bindparam("until", type_=Date))
_VISITS = (
    select(visit)
    .where(or_(among(visit.c.id, "visits"), and_(among(visit.c.series, "series"), _ON_DAYS)), _IS_PLANNED)
    .order_by(visit.c.starts, visit.c.id)
)
_LOCK_VISITS = (
    select(visit.c.id)
    .where(or_(among(visit.c.id, "visits"), among(visit.c.series, "series")), visit.c.starts > NOW, _IS_PLANNED)
    .order_by(visit.c.id)
    .with_for_update()
)
_BY_IDS = select(visit).where(among(visit.c.id, "visits"))
_TO_COME = (
    select(visit)
    .where(visit.c.person == bindparam("of"), visit.c.starts > NOW, _IS_PLANNED, _ON_DAYS)
    .order_by(visit.c.starts, visit.c.id)
    .limit(bindparam("limit"))
)
_SINGLE_TO_COME = _TO_COME.where(visit.c.series.is_(None))

_to_gap = row_mapper(VisitGap)


async def get(work: UnitOfWork, gap_id: UUID, *, lock: bool = False) -> VisitGap:
    """Raises NotFound GAP_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": gap_id})).first()
    if row is None:
        raise NotFound("GAP_UNKNOWN")
    return _to_gap(row)


async def add(work: UnitOfWork, new: VisitGap) -> None:
    await work.connection.execute(insert(visit_gap), values_of(new))


async def save(work: UnitOfWork, changed: VisitGap) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def list_of(work: UnitOfWork, person: UUID) -> list[VisitGap]:
    """What is proposed and what is agreed, the latest first; also where a visit or a series is over."""
    return [_to_gap(row) for row in await work.connection.execute(_OF_PERSON, {"of": person})]


async def list_of_series(work: UnitOfWork, series: UUID, *, lock: bool = False) -> list[VisitGap]:
    """What is proposed and what is agreed of a whole series."""
    statement = _OF_SERIES.with_for_update() if lock else _OF_SERIES
    return [_to_gap(row) for row in await work.connection.execute(statement, {"of": series})]


async def list_agreed(work: UnitOfWork, visits: Iterable[Visit], *, lock: bool = False) -> list[VisitGap]:
    """Those that hold for one of these visits. `lock`: after the visits; then two who move the two visits of one wait for each other."""
    of = list(visits)
    values = {"visits": [one.id for one in of], "series": [one.series for one in of if one.series]}
    return [_to_gap(row) for row in await work.connection.execute(_LOCK_OF_VISITS if lock else _OF_VISITS, values)]


async def list_visits_of(work: UnitOfWork, gaps: Sequence[VisitGap], begin: date, until: date) -> list[Visit]:
    """The planned visits of both parts of these rules; of whole series those on the days from `begin` to `until`."""
    visits = [one for gap in gaps for one in (gap.first_visit, gap.second_visit) if one]
    series = [one for gap in gaps for one in (gap.first_series, gap.second_series) if one]
    rows = await work.connection.execute(_VISITS, {"visits": visits, "series": series, "begin": begin, "until": until})
    return [to_visit(row) for row in rows]


async def list_visits_of_series(work: UnitOfWork, series: UUID, begin: date, until: date) -> list[Visit]:
    """Of one series the planned ones on those days."""
    rows = await work.connection.execute(_VISITS, {"visits": [], "series": [series], "begin": begin, "until": until})
    return [to_visit(row) for row in rows]


async def lock_visits(work: UnitOfWork, visits: Collection[UUID], series: Collection[UUID]) -> None:
    """The visits to come that a rule is about, in the order of their ids."""
    await work.connection.execute(_LOCK_VISITS, {"visits": list(visits), "series": list(series), "now": work.now})


async def list_by_ids(work: UnitOfWork, visits: Collection[UUID]) -> list[Visit]:
    """Those that the caller may see."""
    return [to_visit(row) for row in await work.connection.execute(_BY_IDS, {"visits": list(visits)})]


async def list_to_come(work: UnitOfWork, person: UUID, begin: date, until: date, limit: int, *, single: bool = False) -> list[Visit]:
    """The first planned visits to a person on the days from `begin` to `until` that have not started. `single`: those of no series."""
    values = {"of": person, "begin": begin, "until": until, "now": work.now, "limit": limit}
    return [to_visit(row) for row in await work.connection.execute(_SINGLE_TO_COME if single else _TO_COME, values)]
