"""Rebuilds projections (`kith facts rebuild`): empties them and lets the consumer follow again from event number 1."""

from collections.abc import Sequence

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from libs.database.wakeups import CHANNEL, POSITION
from libs.messages.consumer import Reactions


async def rebuild_projections(work: UnitOfWork, reactions: Sequence[Reactions]) -> None:
    """Empties the projections and sets the position to 0, in one transaction."""
    for source_reactions in reactions:
        await work.connection.execute(text("select n from position where source = :source for update"), {"source": source_reactions.source})
        for table in source_reactions.projections:
            await work.connection.execute(text(f"delete from {table}"))  # noqa: S608 - names from our own code
        await work.connection.execute(text("update position set n = 0 where source = :source"), {"source": source_reactions.source})
    await _wake_consumers(work)


async def _wake_consumers(work: UnitOfWork) -> None:
    """A running service reads its positions again when this commits."""
    await work.connection.execute(text("select pg_notify(:channel, :topic)"), {"channel": CHANNEL, "topic": POSITION})


async def skip_event(work: UnitOfWork, source: str, number: int, why: str) -> None:
    """Orders one event of the source's current epoch to be skipped, also in every rebuild; who, when and why stay on record."""
    await work.connection.execute(
        text("""
        insert into position_skip (source, epoch, number, ordered_by, ordered_at, why)
        select source, epoch, :number, :by, :at, :why from position where source = :source on conflict do nothing"""),
        {"source": source, "number": number, "by": work.caller.id, "at": work.now, "why": why},
    )
    await _wake_consumers(work)
