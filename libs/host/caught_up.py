"""Whether the projections of other services' events are whole: a job waits while they are rebuilt, or it would act on half of them."""

from sqlalchemy import bindparam, select

from libs.database.engine import UnitOfWork
from libs.database.shared_tables import position
from libs.host.component import Runtime

_POSITION = select(position.c.n).where(position.c.source == bindparam("of"))


async def is_caught_up(work: UnitOfWork, runtime: Runtime, *sources: str) -> bool:
    """Whether everything that these services are known to have published is in our tables."""
    for source in sources:
        # The number of the last event that is in our tables; less than the head while they are rebuilt.
        number = int((await work.connection.execute(_POSITION, {"of": source})).scalar() or 0)
        if number < runtime.consumers[source].progress.head:
            return False
    return True
