"""Who comes to a visit. The database refuses a worker in two places at once, whatever the code does (ADR 53)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, not_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from kith.scheduling.v1.enums import AlertKind
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import AlreadyExists
from services.scheduling.storage.tables import visit_place, visit_record, watch_alert

_EXCLUSION_VIOLATION = "23P01"
# In SQL: SQLAlchemy has no word for a lock that is no row's. One worker's takes follow each other, so that each counts the hours of the
# ones before.
_LOCK_WORKER = text("select pg_advisory_xact_lock(hashtextextended(cast(:worker as text), 53))")
_INSERT = insert(visit_place)
_TAKE = _INSERT.on_conflict_do_update(
    index_elements=["visit", "worker"],
    set_={name: _INSERT.excluded[name] for name in ("starts", "ends", "paid", "coming", "joined_at", "taken_at", "given_back_at")},
)
_FREE = {"coming": False, "given_back_at": bindparam("at", type_=MOMENT)}
_COMING = (visit_place.c.visit == bindparam("of"), visit_place.c.coming)
_WORKERS = select(visit_place.c.worker).where(*_COMING).order_by(visit_place.c.taken_at, visit_place.c.worker)
_WORKERS_OF = (
    select(visit_place.c.visit, visit_place.c.worker)
    .where(among(visit_place.c.visit, "visits"), visit_place.c.coming)
    .order_by(visit_place.c.taken_at, visit_place.c.worker)
)
_GIVE_BACK = update(visit_place).where(*_COMING, visit_place.c.worker == bindparam("by")).values(_FREE).returning(visit_place.c.visit)
_FREE_ALL = update(visit_place).where(*_COMING).values(_FREE)
HAS_NOT_BEGUN = ~exists().where(visit_record.c.visit == visit_place.c.visit, visit_record.c.worker == visit_place.c.worker)
"""Who has said that they start, some minutes early, is there: the place is no longer one to come."""
FREE_TO_COME = (
    update(visit_place)
    .where(
        visit_place.c.worker == bindparam("by"),
        visit_place.c.coming,
        visit_place.c.starts > bindparam("at", type_=MOMENT),
        HAS_NOT_BEGUN,
    )
    .values(_FREE)
    .returning(visit_place)
)
_FREE_IN_TEAM = FREE_TO_COME.where(visit_place.c.team == bindparam("in_team"), visit_place.c.joined_at <= bindparam("at", type_=MOMENT))
# Nobody started a visit that is watched over, and nobody has written since that they came after all.
_DID_NOT_COME = and_(
    exists().where(
        watch_alert.c.visit == visit_place.c.visit,
        watch_alert.c.worker == visit_place.c.worker,
        watch_alert.c.kind == AlertKind.ARRIVAL.value,
        watch_alert.c.missed_at.is_not(None),
    ),
    HAS_NOT_BEGUN,
)
_COUNTS = (
    select(visit_place.c.worker, func.count().label("visits"))
    .where(visit_place.c.person == bindparam("of"), visit_place.c.coming)
    .where(visit_place.c.starts >= bindparam("begin", type_=MOMENT), visit_place.c.starts < bindparam("end", type_=MOMENT))
    .where(not_(_DID_NOT_COME))
    .group_by(visit_place.c.worker)
    .order_by(func.count().desc(), visit_place.c.worker)
)


@dataclass(frozen=True)
class VisitPlace:
    """One worker at one visit: they come while `coming`. `joined_at` is when they joined the team as whose member they took it."""

    visit: UUID
    worker: UUID
    person: UUID
    team: UUID
    starts: datetime
    ends: datetime
    paid: bool
    coming: bool
    joined_at: datetime
    taken_at: datetime
    given_back_at: datetime | None = None


to_place = row_mapper(VisitPlace)


async def lock_worker(work: UnitOfWork, worker: UUID) -> None:
    """Until the end of the transaction. Taken after the lock of the visit, always."""
    await work.connection.execute(_LOCK_WORKER, {"worker": str(worker)})


async def take(work: UnitOfWork, place: VisitPlace) -> None:
    """Raises AlreadyExists WORKER_ELSEWHERE when they come to another visit at that time."""
    try:
        async with work.savepoint():
            await work.connection.execute(_TAKE, values_of(place))
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _EXCLUSION_VIOLATION:
            raise
        raise AlreadyExists("WORKER_ELSEWHERE") from error


async def list_workers(work: UnitOfWork, of: UUID) -> list[UUID]:
    """Who comes, in the order in which they took it."""
    return list((await work.connection.execute(_WORKERS, {"of": of})).scalars())


async def list_workers_of(work: UnitOfWork, visits: Collection[UUID]) -> Mapping[UUID, tuple[UUID, ...]]:
    """Who comes to each of them, in the order in which they took it."""
    workers: defaultdict[UUID, tuple[UUID, ...]] = defaultdict(tuple)
    if visits:
        for row in await work.connection.execute(_WORKERS_OF, {"visits": list(visits)}):
            workers[row.visit] += (row.worker,)
    return workers


async def give_back(work: UnitOfWork, of: UUID, worker: UUID) -> bool:
    """Whether they had it."""
    return (await work.connection.execute(_GIVE_BACK, {"of": of, "by": worker, "at": work.now})).first() is not None


async def free_all(work: UnitOfWork, of: UUID) -> list[UUID]:
    """Who no longer comes."""
    workers = await list_workers(work, of)
    await work.connection.execute(_FREE_ALL, {"of": of, "at": work.now})
    return workers


async def free_in_team(work: UnitOfWork, team: UUID, worker: UUID, at: datetime) -> list[VisitPlace]:
    """What somebody had taken as the member who left at that time, and that had not started then; in the order of the visits.

    Also what they took after they had left, as long as nobody here knew; what they took as a member again is theirs.
    """
    rows = await work.connection.execute(_FREE_IN_TEAM, {"in_team": team, "by": worker, "at": at})
    return sorted(map(to_place, rows), key=lambda place: (place.starts, place.visit))


async def free_to_come(work: UnitOfWork, worker: UUID, at: datetime) -> list[VisitPlace]:
    """What somebody had taken in all teams, and that had not started at that time; in the order of the visits."""
    rows = await work.connection.execute(FREE_TO_COME, {"by": worker, "at": at})
    return sorted(map(to_place, rows), key=lambda place: (place.starts, place.visit))


async def count_by_worker(work: UnitOfWork, person: UUID, begin: datetime, end: datetime) -> list[tuple[UUID, int]]:
    """How often each worker came to a person in visits that start from `begin` until before `end`; who came most often first.

    A visit that nobody recorded counts, but for those of which the watch knows that the worker did not come.
    """
    rows = await work.connection.execute(_COUNTS, {"of": person, "begin": begin, "end": end})
    return [(row.worker, row.visits) for row in rows]
