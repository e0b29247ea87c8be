"""What a draft was made of, the numbers that stand for its workers, and what each would have cost. A worker reads their own rows alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.storage.week_draft_tables import week_draft_reason, week_draft_record, week_draft_worker

_RECORD = select(week_draft_record.c.record).where(week_draft_record.c.draft == bindparam("of"))
_WORKERS = select(week_draft_worker.c.number, week_draft_worker.c.worker).where(week_draft_worker.c.draft == bindparam("of"))
_REASONS = (
    select(week_draft_reason)
    .where(week_draft_reason.c.draft == bindparam("of"), week_draft_reason.c.visit == bindparam("at"))
    .order_by(week_draft_reason.c.worker)
)
_SAVE_RECORD = update(week_draft_record).where(week_draft_record.c.draft == bindparam("of")).values(record=bindparam("made"))
_CHANGE_REASON = (
    update(week_draft_reason)
    .where(
        week_draft_reason.c.draft == bindparam("of"),
        week_draft_reason.c.visit == bindparam("at"),
        week_draft_reason.c.worker == bindparam("whose"),
    )
    .values(reason=bindparam("now_reason"), points=bindparam("now_points"))
)
_EXPLAINED = select(week_draft_reason.c.visit).where(week_draft_reason.c.draft == bindparam("of")).distinct()
_ADD_RECORD, _ADD_WORKER, _ADD_REASON = insert(week_draft_record), insert(week_draft_worker), insert(week_draft_reason)


@dataclass(frozen=True)
class DraftReason:
    """Why a worker cannot come to a visit, or what it costs if they do, by parts."""

    draft: UUID
    visit: UUID
    worker: UUID
    reason: str
    points: Mapping[str, int]


_to_reason = row_mapper(DraftReason)


async def add(work: UnitOfWork, draft: UUID, record: str, numbers: Mapping[UUID, int]) -> None:
    """`numbers` are those of the workers."""
    await work.connection.execute(_ADD_RECORD, {"draft": draft, "record": record})
    if numbers:
        rows = [{"draft": draft, "worker": worker, "number": number} for worker, number in numbers.items()]
        await work.connection.execute(_ADD_WORKER, rows)


async def save(work: UnitOfWork, draft: UUID, record: str) -> None:
    await work.connection.execute(_SAVE_RECORD, {"of": draft, "made": record})


async def find(work: UnitOfWork, draft: UUID) -> str | None:
    """As far as the transaction sees."""
    record: str | None = (await work.connection.execute(_RECORD, {"of": draft})).scalar()
    return record


async def list_workers(work: UnitOfWork, draft: UUID) -> Mapping[int, UUID]:
    """By number, as far as the transaction sees."""
    return {row.number: row.worker for row in await work.connection.execute(_WORKERS, {"of": draft})}


async def add_reasons(work: UnitOfWork, reasons: Iterable[DraftReason]) -> None:
    if rows := [values_of(each, "points") | {"points": _written(each)} for each in reasons]:
        await work.connection.execute(_ADD_REASON, rows)


async def change_reasons(work: UnitOfWork, reasons: Iterable[DraftReason]) -> None:
    """Of workers of whom there is one already."""
    if rows := [
        {"of": each.draft, "at": each.visit, "whose": each.worker, "now_reason": each.reason, "now_points": _written(each)}
        for each in reasons
    ]:
        await work.connection.execute(_CHANGE_REASON, rows)


async def list_explained(work: UnitOfWork, draft: UUID) -> set[UUID]:
    """The visits for which there are reasons, as far as the transaction sees."""
    return set((await work.connection.execute(_EXPLAINED, {"of": draft})).scalars())


async def list_reasons(work: UnitOfWork, draft: UUID, visit: UUID) -> list[DraftReason]:
    """As far as the transaction sees."""
    rows = await work.connection.execute(_REASONS, {"of": draft, "at": visit})
    return [_to_reason(row, points={part: int(points) for part, points in map(str.split, row.points)}) for row in rows]


def _written(reason: DraftReason) -> list[str]:
    return [f"{part} {points}" for part, points in reason.points.items()]
