"""Follows a merge of two entries of one person through what they said of their weeks."""

from uuid import UUID

from sqlalchemy import delete, select, update

from libs.database.engine import UnitOfWork
from services.scheduling.storage.tables import asked_worker, away, swap, week_confirmation
from services.scheduling.storage.working_time_tables import opt_out


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Offers of the one entry to the other are over, and of two of a kind the kept entry's own stays.

    Confirmations of both go: the week of one person is both entries' visits, which they have not seen together.
    """
    await work.connection.execute(update(away).where(away.c.worker == other).values(worker=kept))
    # What either said holds for both, also where the days overlap.
    await work.connection.execute(update(opt_out).where(opt_out.c.worker == other).values(worker=kept))
    await work.connection.execute(delete(week_confirmation).where(week_confirmation.c.worker.in_((kept, other))))
    both = (kept, other)
    await work.connection.execute(delete(swap).where(swap.c.from_worker.in_(both), swap.c.to_worker.in_(both)))
    for column in (swap.c.from_worker, swap.c.to_worker, asked_worker.c.asked_by):
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
    own = select(asked_worker.c.visit).where(asked_worker.c.worker == kept)
    await work.connection.execute(delete(asked_worker).where(asked_worker.c.worker == other, asked_worker.c.visit.in_(own)))
    await work.connection.execute(update(asked_worker).where(asked_worker.c.worker == other).values(worker=kept))
