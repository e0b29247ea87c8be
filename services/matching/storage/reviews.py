"""Rows of pairs who try it or work together, their counted visits, and their reviews."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.review import CountedVisit, Review, WorkingPair
from services.matching.storage.tables import counted_visit, review, working_pair

_LIVE = working_pair.c.ended_at.is_(None)
_FIND = (
    select(working_pair)
    .where(working_pair.c.person == bindparam("of_person"), working_pair.c.worker == bindparam("of_worker"), _LIVE)
    .with_for_update()
)
_BEGIN = insert(working_pair).on_conflict_do_nothing(index_elements=[working_pair.c.person, working_pair.c.worker], index_where=_LIVE)
_SET_VISITS = update(working_pair).where(working_pair.c.id == bindparam("saved")).values(visits=bindparam("counted"))
_END = update(working_pair).where(working_pair.c.id == bindparam("saved")).values(ended_at=bindparam("at"))
_PAIRS = {
    "person": select(working_pair).where(working_pair.c.person == bindparam("of"), _LIVE).order_by(working_pair.c.began_at),
    "worker": select(working_pair).where(working_pair.c.worker == bindparam("of"), _LIVE).order_by(working_pair.c.began_at),
}
_VISIT = select(counted_visit).where(counted_visit.c.pair == bindparam("of"), counted_visit.c.day == bindparam("on"))
_INSERT_VISIT = insert(counted_visit)
_SAVE_VISIT = _INSERT_VISIT.on_conflict_do_update(
    index_elements=["pair", "day"], set_={"confirmed_at": _INSERT_VISIT.excluded.confirmed_at}
)
_UNCONFIRMED = (
    select(counted_visit)
    .where(counted_visit.c.pair == func.any(bindparam("of")), counted_visit.c.confirmed_at.is_(None))
    .order_by(counted_visit.c.day)
)
_ADD_REVIEW = insert(review).on_conflict_do_nothing(index_elements=["pair", "after_visits"])
_REVIEW = select(review).where(review.c.id == bindparam("of")).with_for_update()
_SAVE_REVIEW = update(review).where(review.c.id == bindparam("saved"))
_CLOSE = update(review).where(review.c.pair == bindparam("of"), review.c.closed_at.is_(None)).values(closed_at=bindparam("at"))
_REVIEWS = {
    "person": select(review).where(review.c.person == bindparam("of")).order_by(review.c.asked_at.desc(), review.c.id).limit(50),
    "worker": select(review).where(review.c.worker == bindparam("of")).order_by(review.c.asked_at.desc(), review.c.id).limit(50),
}
_OPEN = review.c.closed_at.is_(None)
_DUE = select(review).where(_OPEN, review.c.until <= bindparam("now")).order_by(review.c.until).limit(200).with_for_update()
_NEXT_END = select(func.min(review.c.until)).where(_OPEN)

_to_pair, _to_visit, _to_review = row_mapper(WorkingPair), row_mapper(CountedVisit), row_mapper(Review)


async def find_pair(work: UnitOfWork, person: UUID, worker: UUID) -> WorkingPair | None:
    """Those who have not parted; locked."""
    row = (await work.connection.execute(_FIND, {"of_person": person, "of_worker": worker})).first()
    return _to_pair(row) if row else None


async def begin_pair(work: UnitOfWork, new: WorkingPair) -> None:
    """Unless the other side did in the same moment."""
    await work.connection.execute(_BEGIN, values_of(new))


async def set_visits(work: UnitOfWork, pair: WorkingPair) -> None:
    await work.connection.execute(_SET_VISITS, {"saved": pair.id, "counted": pair.visits})


async def end_pair(work: UnitOfWork, pair: WorkingPair) -> None:
    """Their open reviews are closed with it."""
    await work.connection.execute(_END, {"saved": pair.id, "at": work.now})
    await work.connection.execute(_CLOSE, {"of": pair.id, "at": work.now})


async def list_pairs(work: UnitOfWork, of: UUID, *, as_worker: bool) -> list[WorkingPair]:
    return list(map(_to_pair, await work.connection.execute(_PAIRS["worker" if as_worker else "person"], {"of": of})))


async def find_visit(work: UnitOfWork, pair: UUID, day: date) -> CountedVisit | None:
    row = (await work.connection.execute(_VISIT, {"of": pair, "on": day})).first()
    return _to_visit(row) if row else None


async def save_visit(work: UnitOfWork, visit: CountedVisit) -> None:
    await work.connection.execute(_SAVE_VISIT, values_of(visit))


async def list_unconfirmed(work: UnitOfWork, pairs: Sequence[UUID]) -> list[CountedVisit]:
    """By day."""
    return list(map(_to_visit, await work.connection.execute(_UNCONFIRMED, {"of": list(pairs)})))


async def add_review(work: UnitOfWork, new: Review) -> None:
    await work.connection.execute(_ADD_REVIEW, values_of(new))


async def get_review(work: UnitOfWork, of: UUID) -> Review:
    """Locked, for the two and for who acts for the person. Raises NotFound REVIEW_UNKNOWN, as for one that is not there."""
    row = (await work.connection.execute(_REVIEW, {"of": of})).first()
    if row is None:
        raise NotFound("REVIEW_UNKNOWN")
    return _to_review(row)


async def save_review(work: UnitOfWork, changed: Review) -> None:
    answers = ("person_answer", "worker_answer", "closed_at")
    await work.connection.execute(_SAVE_REVIEW, {name: getattr(changed, name) for name in answers} | {"saved": changed.id})


async def list_reviews(work: UnitOfWork, of: UUID, *, as_worker: bool) -> list[Review]:
    """Newest first, at most 50."""
    return list(map(_to_review, await work.connection.execute(_REVIEWS["worker" if as_worker else "person"], {"of": of})))


async def list_due(work: UnitOfWork) -> list[Review]:
    """At most 200 whose time has gone by, the oldest first; locked."""
    return list(map(_to_review, await work.connection.execute(_DUE, {"now": work.now})))


async def next_end(work: UnitOfWork) -> datetime | None:
    """When the next one is over."""
    at: datetime | None = (await work.connection.execute(_NEXT_END)).scalar()
    return at
