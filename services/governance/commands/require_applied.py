"""A roll is frozen only from projections that have reached what their sources had published when they were asked."""

from collections.abc import Mapping

from libs.database.engine import UnitOfWork
from libs.refusals import Unavailable
from services.governance.storage import positions


async def require_applied(work: UnitOfWork, numbers: Mapping[str, int]) -> Mapping[str, int]:
    """`numbers` is source -> the event that we must have reached. Returns the last one applied; it stays that until the transaction ends.

    Raises Unavailable SOURCE_AWAY when we have not, because a projection is being rebuilt.
    """
    applied = await positions.last_applied_numbers(work, numbers)
    for source, number in numbers.items():
        if applied[source] < number:
            raise Unavailable("SOURCE_AWAY", source=source)
    return applied
