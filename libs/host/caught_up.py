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
        if int((await work.connection.execute(_LOCKED_POSITION, {"of": source})).scalar() or 0) < head:
            raise Unavailable("SOURCE_AWAY", source=source)
