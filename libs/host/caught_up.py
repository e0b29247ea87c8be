"""Jobs that end something by the events of other services: they act on all of those events, or not at all."""

from sqlalchemy import bindparam, select

from libs.database.engine import UnitOfWork
from libs.database.shared_tables import position
from libs.host.component import Runtime
from libs.refusals import Unavailable

_LOCKED_POSITION = select(position.c.n).where(position.c.source == bindparam("of")).with_for_update(read=True)


async def follow(work: UnitOfWork, runtime: Runtime, *sources: str) -> None:
    """Waits until all that these services have committed is in our tables. Until the transaction ends, no event and no rebuild changes
    them.

    Raises Unavailable SOURCE_AWAY, also while the tables are rebuilt: the job is run again a little later.
    """
    heads = {source: await runtime.catch_up_with(source)() for source in sources}
    for source, head in heads.items():
        await _require_position(work, source, head)


async def follow_what_was_heard(work: UnitOfWork, runtime: Runtime, *sources: str) -> None:
    """As `follow`, but while the bus is away all that was heard before is enough: for what may be put right once the rest has come.

    Raises Unavailable SOURCE_AWAY, also where nothing was heard since this process started, and while the tables are rebuilt.
    """
    try:
        await follow(work, runtime, *sources)
    except Unavailable:
        for source in sources:
            progress = runtime.consumers[source].progress
            if progress.head_received_at is None or progress.restored:
                raise
            await _require_position(work, source, progress.head)


async def _require_position(work: UnitOfWork, source: str, head: int) -> None:
    """Locks it. Raises Unavailable SOURCE_AWAY below the head."""
    if int((await work.connection.execute(_LOCKED_POSITION, {"of": source})).scalar() or 0) < head:
        raise Unavailable("SOURCE_AWAY", source=source)
