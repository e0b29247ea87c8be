"""Rows of visits. Row-level security shows those of one's own, of the teams one is in, and those one took."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, Uuid, and_, bindparam, exists, func, insert, select, update

from kith.scheduling.v1.enums import VisitState
from libs.database.columns import MOMENT, NOW, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PagedStatement, PageRequest
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain import visit as visit_rules
from services.scheduling.domain.sharing import VisitSharer
from services.scheduling.domain.visit import COMES_AS, Visit
from services.scheduling.storage.sharing_tables import visit_sharer, visits_shared_by
from services.scheduling.storage.tables import team, team_member, visit, visit_place, visit_record

_BY_ID = select(visit).where(visit.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_ADD = insert(visit)
_SAVE = update(visit).where(visit.c.id == bindparam("saved"))
_TAKEN = (
    select(func.count())
    .select_from(visit_place)
    .where(visit_place.c.visit == visit.c.id, visit_place.c.coming)
    .correlate(visit)
    .scalar_subquery()
)
_FREE = (visit.c.workers - _TAKEN).label("free_places")
TAKES_PLACE = tuple(state.value for state in visit_rules.TAKES_PLACE)
HAS_NOT_BEGUN = ~exists().where(visit_record.c.visit == visit.c.id).correlate(visit)
"""Nobody has said that they start: who does so some minutes early is there."""
IS_TO_COME = and_(visit.c.state.in_((VisitState.PROPOSED.value, *TAKES_PLACE)), HAS_NOT_BEGUN)
"""Planned or proposed, and not begun."""
NEEDS_SOMEBODY = and_(visit.c.state.in_(TAKES_PLACE), visit.c.workers > _TAKEN)
"""A visit that takes place, and to which fewer come than it needs, as far as the reader sees who comes."""
_UNCOVERED = select(visit, _FREE).where(among(visit.c.id, "ids"), visit.c.starts > NOW, NEEDS_SOMEBODY).order_by(visit.c.starts, visit.c.id)
_WITHOUT_YES = (
    select(func.count())
    .select_from(visit)
    .where(visit.c.person == bindparam("of"), visit.c.starts > NOW)
    .where(visit.c.state.in_([VisitState.PROPOSED.value, VisitState.MOVING.value]))
)
_LOCK_TO_COME = (
    select(visit)
    .where(visit.c.person == bindparam("of"), visit.c.day >= bindparam("day", type_=Date), visit.c.starts > NOW, IS_TO_COME)
    .order_by(visit.c.id)
    .with_for_update()
)
_BEGUN = select(visit_record.c.visit).where(among(visit_record.c.visit, "visits"))
_MY_TEAMS = select(team_member.c.team).where(team_member.c.person == bindparam("of"), team_member.c.kind.in_(sorted(COMES_AS)))


_WITH_SHARER = exists().where(
    team.c.owner == visit_sharer.c.sharer, team_member.c.team == team.c.main, team_member.c.person == bindparam("of")
)
# Of a visit that two share only who is in both teams can come.
_IS_FOR_THEM = ~exists().where(visit_sharer.c.visit == visit.c.id, ~_WITH_SHARER.correlate(visit_sharer)).correlate(visit)


@dataclass(frozen=True)
class ListedVisit:
    """`free_places`: how many workers it still needs, as far as the reader sees who comes; `workers` are those, and `shared`
    whom it serves too, if asked for.
    """

    visit: Visit
    free_places: int
    workers: tuple[UUID, ...] = ()
    shared: VisitSharer | None = None


to_visit = row_mapper(Visit)


_OF = bindparam("of", type_=Uuid)
_BEGIN, _END = bindparam("begin", type_=MOMENT), bindparam("end", type_=MOMENT)
_BY_START = (visit.c.starts, visit.c.id)
_own = visit.alias("own")
_TO_THEM = select(_own.c.id).where(_own.c.person == _OF, _own.c.starts >= _BEGIN, _own.c.starts < _END)
# Of the two, each from its index: with an "or" every visit of those days is read.
VISITS_TO = select(visit, _FREE).where(
    visit.c.id.in_(_TO_THEM.union(visits_shared_by(_OF))), visit.c.starts >= _BEGIN, visit.c.starts < _END
)
"""Those to a person (`of`), and those that they share, that start from `begin` until before `end`."""
VISITS_BY = (
    select(visit, _FREE)
    .join(visit_place, visit_place.c.visit == visit.c.id)
    .where(visit_place.c.worker == _OF, visit_place.c.coming, visit_place.c.starts >= _BEGIN, visit_place.c.starts < _END)
)
"""Those that a worker (`of`) took."""
_IS_MINE = exists().where(visit_place.c.visit == visit.c.id, visit_place.c.worker == _OF, visit_place.c.coming).correlate(visit)
_OPEN = select(visit, _FREE).where(visit.c.team.in_(_MY_TEAMS), visit.c.starts > NOW, NEEDS_SOMEBODY, ~_IS_MINE, _IS_FOR_THEM)
_PAGES_TO, _PAGES_BY, _PAGES_OPEN = (PagedStatement(statement, by=_BY_START) for statement in (VISITS_TO, VISITS_BY, _OPEN))


async def count_without_yes(work: UnitOfWork, person: UUID) -> int:
    """How many visits to come are proposed to them, or another time for one."""
    return int((await work.connection.execute(_WITHOUT_YES, {"of": person, "now": work.now})).scalar_one())


async def get(work: UnitOfWork, visit_id: UUID, *, lock: bool = False) -> Visit:
    """Raises NotFound VISIT_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": visit_id})).first()
    if row is None:
        raise NotFound("VISIT_UNKNOWN")
    return to_visit(row)


async def lock_to_come(work: UnitOfWork, person: UUID, from_day: date) -> list[Visit]:
    """Those to a person that have not started, planned or proposed, on or after the day; in the order of the ids."""
    locked = await work.connection.execute(_LOCK_TO_COME, {"of": person, "day": from_day, "now": work.now})
    return await without_begun(work, list(map(to_visit, locked)))


async def without_begun(work: UnitOfWork, locked: Sequence[Visit]) -> list[Visit]:
    """Those of them that nobody has started: asked again under the lock, which a worker who starts needs too."""
    begun = set((await work.connection.execute(_BEGUN, {"visits": [one.id for one in locked]})).scalars())
    return [one for one in locked if one.id not in begun]


async def add(work: UnitOfWork, new: Visit) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def save(work: UnitOfWork, changed: Visit) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def list_to(work: UnitOfWork, person: UUID, begin: datetime, end: datetime, page: PageRequest) -> Page[ListedVisit]:
    """Those to a person that start from `begin` until before `end`."""
    values = {"of": person, "begin": begin, "end": end}
    return (await _PAGES_TO.page(work, page, f"visits to {person} {begin} {end}", values)).map(_listed)


async def list_by(work: UnitOfWork, worker: UUID, begin: datetime, end: datetime, page: PageRequest) -> Page[ListedVisit]:
    """Those that a worker took."""
    values = {"of": worker, "begin": begin, "end": end}
    return (await _PAGES_BY.page(work, page, f"visits by {worker} {begin} {end}", values)).map(_listed)


async def list_open(work: UnitOfWork, worker: UUID, page: PageRequest) -> Page[ListedVisit]:
    """Agreed visits to come in the worker's teams that still need somebody, without their own; also while another time is proposed."""
    return (await _PAGES_OPEN.page(work, page, f"open visits of {worker}", {"of": worker, "now": work.now})).map(_listed)


async def list_uncovered(work: UnitOfWork, of: Collection[UUID]) -> list[ListedVisit]:
    """Those of them that are to come and need somebody, by their start."""
    rows = await work.connection.execute(_UNCOVERED, {"ids": list(of), "now": work.now})
    return list(map(_listed, rows))


def _listed(row: Row[Any]) -> ListedVisit:
    return ListedVisit(to_visit(row), row.free_places)
