"""Rebuilds projections (`kith facts rebuild`): empties them and lets the consumer follow again from event number 1."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, text, update

from libs.database.engine import UnitOfWork
from libs.database.shared_tables import position
from libs.database.wakeups import CHANNEL, POSITION
from libs.messages.reactions import Reactions, empty_projections

_LOCK_POSITION = select(position.c.n).where(position.c.source == bindparam("source")).with_for_update()
_START_AGAIN = update(position).where(position.c.source == bindparam("from_source")).values(n=0)
# In SQL, because Core spells an insert from a select out at length.
_SKIP = text("""
insert into position_skip (source, epoch, number, ordered_by, ordered_at, why)
select source, epoch, :number, :by, :at, :why from position where source = :source on conflict do nothing""")


async def rebuild_projections(work: UnitOfWork, reactions: Sequence[Reactions]) -> None:
    """Empties the projections and sets the position to 0, in one transaction."""
    for source_reactions in reactions:
        await work.connection.execute(_LOCK_POSITION, {"source": source_reactions.source})
        await empty_projections(work.connection, source_reactions)
        await work.connection.execute(_START_AGAIN, {"from_source": source_reactions.source})
    await _wake_consumers(work)


async def _wake_consumers(work: UnitOfWork) -> None:
    """A running service reads its positions again when this commits."""
    await work.connection.execute(select(func.pg_notify(CHANNEL, POSITION)))


async def skip_event(work: UnitOfWork, source: str, number: int, why: str) -> None:
    """Orders one event of the source's current epoch to be skipped, also in every rebuild; who, when and why stay on record."""
    values = {"source": source, "number": number, "by": work.caller.id, "at": work.now, "why": why}
    await work.connection.execute(_SKIP, values)
    await _wake_consumers(work)
