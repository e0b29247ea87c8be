"""The workers' yes was for another time: each says anew whether they can come. So was that of who shares the visit.

What two agreed about this one visit is over with that. The caller has locked it before the visit, as everybody locks the two:
a series, what is shared, then the visits.
"""

from kith.scheduling.v1.enums import SharingState
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell, tell_together
from services.scheduling.domain.sharing import end_unused
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import events_out, sharings, visit_places, visit_sharers


async def free_places(work: UnitOfWork, before: Visit, moved: Visit) -> None:
    """Does nothing where the time is the one before."""
    if (moved.starts, moved.ends) == (before.starts, before.ends):
        return
    for worker in await visit_places.free_all(work, moved.id):
        await events_out.visit_given_back(work, moved.id, moved.person, worker, "moved")
        await tell(work, Notice.MOVED, moved, {worker})
    if shared := await visit_sharers.drop(work, moved.id):
        sharing = await sharings.get(work, shared.sharing)
        if sharing.visit is not None and sharing.state is SharingState.AGREED:
            ended = end_unused(sharing)
            await sharings.save(work, ended)
            await events_out.sharing_ended(work, ended)
        await tell_together(work, Notice.SHARING_MOVED, shared.sharing, {shared.sharer}, before.starts)
