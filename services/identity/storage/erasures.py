"""Erasures, and what every service confirmed of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql

from libs.access.retention_tables import held_person
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.identity.domain.erasure import Erasure, ErasurePart
from services.identity.storage.tables import erasure, erasure_part

_ADD = postgresql.insert(erasure).on_conflict_do_nothing()
_ENTRIES = select(func.unnest(erasure.c.entries, type_=Uuid).label("entry")).subquery()
_DECIDED = select(_ENTRIES.c.entry).where(among(_ENTRIES.c.entry, "entries"))
_ONE_BY_ONE = text("select pg_advisory_xact_lock(hashtextextended(cast(:wanted as text), 20))")
_LOCK = select(erasure).where(erasure.c.id == bindparam("wanted")).with_for_update()
# A hold cannot be placed once it was decided; but one that is decided again after a restore can find a hold, and waits for its end.
_HELD = select(held_person.c.hold).where(held_person.c.person == any_(erasure.c.entries)).exists()
_TO_CARRY_OUT = (erasure.c.erased_at.is_(None), ~_HELD)
_LOCK_DECIDED = select(erasure).where(*_TO_CARRY_OUT).order_by(erasure.c.decided_at).limit(1).with_for_update()
_COUNT_DECIDED = select(func.count()).select_from(erasure).where(*_TO_CARRY_OUT)
_MARK = update(erasure).where(erasure.c.id == bindparam("wanted"))
_ERASED = _MARK.values(erased_at=bindparam("at", type_=MOMENT))
_FINISHED = _MARK.values(finished_at=bindparam("at", type_=MOMENT))
_CONFIRM = postgresql.insert(erasure_part).on_conflict_do_nothing()
_PARTS = select(erasure_part).where(among(erasure_part.c.erasure, "erasures")).order_by(erasure_part.c.service)

_to_erasure = row_mapper(Erasure)
_to_part = row_mapper(ErasurePart)


async def add(work: UnitOfWork, new: Erasure) -> None:
    """Nothing if the person has one."""
    await work.connection.execute(_ADD, values_of(new) | {"entries": list(new.entries)})


async def decided_of(work: UnitOfWork, entries: Collection[UUID]) -> set[UUID]:
    """Those of these entries that are to be erased, or were."""
    return set((await work.connection.execute(_DECIDED, {"entries": list(entries)})).scalars())


async def lock_confirming(work: UnitOfWork, wanted: UUID) -> Erasure | None:
    """Locked until the transaction ends, also where there is none: of two services that confirm it at once one adds it, and both count."""
    await work.connection.execute(_ONE_BY_ONE, {"wanted": str(wanted)})
    row = (await work.connection.execute(_LOCK, {"wanted": wanted})).first()
    return _to_erasure(row) if row else None


async def lock_next_decided(work: UnitOfWork) -> Erasure | None:
    """The first that is decided and not yet carried out here, of nobody under a hold. Locked until the transaction ends."""
    row = (await work.connection.execute(_LOCK_DECIDED)).first()
    return _to_erasure(row) if row else None


async def count_decided(work: UnitOfWork) -> int:
    """How many are to be carried out here now."""
    return int((await work.connection.execute(_COUNT_DECIDED)).scalar_one())


async def mark_erased(work: UnitOfWork, done: Erasure) -> Erasure:
    await work.connection.execute(_ERASED, {"wanted": done.id, "at": work.now})
    return replace(done, erased_at=work.now)


async def mark_finished(work: UnitOfWork, done: Erasure) -> Erasure:
    await work.connection.execute(_FINISHED, {"wanted": done.id, "at": work.now})
    return replace(done, finished_at=work.now)


async def confirm(work: UnitOfWork, part: ErasurePart) -> None:
    """Nothing if the service has confirmed before."""
    lists = {"deleted": list(part.deleted), "blanked": list(part.blanked), "kept": list(part.kept)}
    await work.connection.execute(_CONFIRM, values_of(part) | lists)


async def parts_of(work: UnitOfWork, ids: Sequence[UUID]) -> list[ErasurePart]:
    return list(map(_to_part, await work.connection.execute(_PARTS, {"erasures": list(ids)})))


async def list_page(work: UnitOfWork, page: PageRequest) -> Page[Erasure]:
    """The latest first."""
    by = (erasure.c.decided_at, erasure.c.id)
    return (await paginate(work, select(erasure), page, by=by, name="list_erasures", descending=True)).map(_to_erasure)
