"""`kith facts rebuild`: empties what only facts filled, and lets the consumer follow again from number 1."""

from collections.abc import Sequence

from sqlalchemy import text

from libs.database.engine import Work
from libs.database.wakeups import CHANNEL, POSITION
from libs.messages.consumer import Reactions


async def rebuild(work: Work, reactions: Sequence[Reactions]) -> None:
    """In one transaction: empty projections and position 0 belong together."""
    for follow in reactions:
        await work.connection.execute(text("select n from position where source = :source for update"), {"source": follow.source})
        for table in follow.projections:
            await work.connection.execute(text(f"delete from {table}"))  # noqa: S608 - names from our own code
        await work.connection.execute(text("update position set n = 0 where source = :source"), {"source": follow.source})
    await _tell(work)


async def _tell(work: Work) -> None:
    """A running service looks at its positions when this commits."""
    await work.connection.execute(text("select pg_notify(:channel, :topic)"), {"channel": CHANNEL, "topic": POSITION})


async def skip(work: Work, source: str, number: int, why: str) -> None:
    """Orders one fact of the source's present epoch to be passed over, also in every rebuild; who, when and why stay on record."""
    await work.connection.execute(
        text("""
        insert into position_skip (source, epoch, number, ordered_by, ordered_at, why)
        select source, epoch, :number, :by, :at, :why from position where source = :source on conflict do nothing"""),
        {"source": source, "number": number, "by": work.caller.id, "at": work.now, "why": why},
    )
    await _tell(work)
