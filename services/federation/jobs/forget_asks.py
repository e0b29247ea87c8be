"""Once an hour: forgets asks and replies a month after they were over. Until then a late yes still reaches who replied."""

from datetime import timedelta

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.federation.storage import asks

_KEPT = timedelta(days=31)


async def forget_asks(work: UnitOfWork) -> int:
    """Returns how many."""
    return await asks.forget_before(work, work.now - _KEPT)


JOB = Job("forget_asks", forget_asks, every_seconds=3600.0)
