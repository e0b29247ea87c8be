"""Offers to swap. Row-level security shows each to the two workers alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, insert, or_, select, update

from kith.scheduling.v1.enums import SwapState
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.swap import Swap
from services.scheduling.storage.tables import swap, visit, visit_place

_BY_ID = select(swap).where(swap.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_ADD = insert(swap)
_SAVE = update(swap).where(swap.c.id == bindparam("saved"))
_BACK = visit.alias("back")
_GIVER, _OTHER = visit_place.alias("giver"), visit_place.alias("other")
_SHOWN = (visit.c.person, visit.c.starts, visit.c.ends, _BACK.c.starts.label("back_starts"), _BACK.c.ends.label("back_ends"))


def _comes(place: Any, of: Any, worker: Any) -> ColumnElement[bool]:
    """Since before the offer: what somebody gave back and took again, they have not offered."""
    return exists().where(place.c.visit == of, place.c.worker == worker, place.c.coming, place.c.taken_at <= swap.c.offered_at)


# What can still be accepted, as far as can be seen: both visits at their times, and each worker still coming.
_STANDS = (
    visit.c.version == swap.c.version,
    _comes(_GIVER, swap.c.visit, swap.c.from_worker),
    or_(
        swap.c.return_visit.is_(None),
        and_(_BACK.c.version == swap.c.return_version, _comes(_OTHER, swap.c.return_visit, swap.c.to_worker)),
    ),
)
_WITH_VISITS = swap.join(visit, visit.c.id == swap.c.visit).outerjoin(_BACK, _BACK.c.id == swap.c.return_visit)
_STILL = select(swap.c.id).select_from(_WITH_VISITS).where(swap.c.id == bindparam("of"), *_STANDS)
_to_swap = row_mapper(Swap)


@dataclass(frozen=True)
class ListedSwap:
    """An offer, to whom its visits are, and when they are."""

    swap: Swap
    person: UUID
    times: tuple[datetime, datetime]
    return_times: tuple[datetime, datetime] | None


async def get(work: UnitOfWork, swap_id: UUID, *, lock: bool = False) -> Swap:
    """Raises NotFound SWAP_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": swap_id})).first()
    if row is None:
        raise NotFound("SWAP_UNKNOWN")
    return _to_swap(row)


async def add(work: UnitOfWork, new: Swap) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def save(work: UnitOfWork, changed: Swap) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def still_stands(work: UnitOfWork, swap_id: UUID) -> bool:
    """Whether the visits are at their times, and both come to them as when it was offered."""
    return (await work.connection.execute(_STILL, {"of": swap_id})).first() is not None


async def list_open(work: UnitOfWork, worker: UUID, page: PageRequest) -> Page[ListedSwap]:
    """Offers to them and by them that can still be answered."""
    statement = (
        select(swap, *_SHOWN)
        .select_from(_WITH_VISITS)
        .where(or_(swap.c.from_worker == worker, swap.c.to_worker == worker))
        .where(swap.c.state == SwapState.OFFERED.value, swap.c.expires_at > work.now, *_STANDS)
    )
    rows = await paginate(work, statement, page, by=(swap.c.offered_at, swap.c.id), name=f"swaps of {worker}")
    return rows.map(_listed)


def _listed(row: Row[Any]) -> ListedSwap:
    back = (row.back_starts, row.back_ends) if row.back_starts else None
    return ListedSwap(_to_swap(row), row.person, (row.starts, row.ends), back)


async def is_offered(work: UnitOfWork, offered: Swap) -> bool:
    """Whether the same is offered to the same colleague already, and can still be accepted."""
    same = (
        select(swap.c.id)
        .select_from(_WITH_VISITS)
        .where(*_STANDS, swap.c.state == SwapState.OFFERED.value)
        .where(swap.c.visit == offered.visit, swap.c.from_worker == offered.from_worker, swap.c.to_worker == offered.to_worker)
        .where(swap.c.return_visit.is_not_distinct_from(offered.return_visit))
    )
    return (await work.connection.execute(same)).first() is not None
