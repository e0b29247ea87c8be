"""Whether the projections of other services' events are whole: a job waits while they are rebuilt, or it would act on half of them."""

from libs.database.engine import UnitOfWork
from libs.host.component import Runtime
from services.matching.storage import projections


async def is_caught_up(work: UnitOfWork, runtime: Runtime, *sources: str) -> bool:
    """Whether everything that these services are known to have published is in our tables."""
    for source in sources:
        if await projections.position_of(work, source) < runtime.consumers[source].progress.head:
            return False
    return True
